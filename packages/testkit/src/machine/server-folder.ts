import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseFolders } from './base-folders.js'
import { processIdentity } from './process-identity.js'
import { unprivilegedUser } from './unprivileged-user.js'

const PREFIX = 'plataforma-testkit-'

/**
 * Runs beside us until our end of its standard input closes, however we end (SIGKILL included):
 * then it kills the server whose id stands in a pid file and removes the folder. A process that
 * does not work in the folder only has the id of one that did, and is left alone.
 */
const WATCHDOG = `
trap '' INT TERM HUP
while read -r _; do :; done
works_here() {
  # A zombie that nobody waits for has no working folder any more.
  if [ -d /proc/self ]; then place=$(readlink "/proc/$1/cwd"); else place=$(ps -p "$1" -o args=); fi
  case "$place" in *"$2"*) return 0;; *) return 1;; esac
}
for file in "$1"/data/postmaster.pid "$1"/server.pid; do
  [ -f "$file" ] || continue
  read -r pid < "$file"
  works_here "$pid" "$1" || continue
  kill -CONT "$pid"
  kill -QUIT "$pid"
  tries=0
  while works_here "$pid" "$1" && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
  works_here "$pid" "$1" && kill -KILL "$pid"
done
rm -rf "$1"
`

/** A temporary folder of one server, which never outlives the process that made it. */
export class ServerFolder {
  readonly path: string
  readonly #watchdog: ChildProcess | undefined

  constructor() {
    this.path = mkdtempSync(join(baseFolders()[0], PREFIX))
    writeFileSync(join(this.path, 'owner.json'), JSON.stringify(processIdentity(process.pid)))
    const user = unprivilegedUser()
    if (user) chownSync(this.path, user.uid, user.gid)
    this.#watchdog = watch(this.path)
  }

  /** Ends the server that may still run in the folder and removes the folder. */
  async remove(): Promise<void> {
    if (this.#watchdog) await release(this.#watchdog)
    else rmSync(this.path, { recursive: true, force: true })
  }
}

/** Removes what killed runs left behind: folders of this kind whose maker no longer runs. */
export async function removeStaleServerFolders(): Promise<void> {
  const paths = baseFolders().flatMap((base) =>
    readdirSync(base)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => join(base, name)),
  )
  for (const path of paths.filter(makerIsGone)) {
    const watchdog = watch(path)
    if (watchdog) await release(watchdog)
  }
}

function makerIsGone(path: string): boolean {
  try {
    const maker = JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'))
    return processIdentity(maker.pid)?.startedAt !== maker.startedAt
  } catch {
    // Without a readable maker it is not ours to judge.
    return false
  }
}

function watch(path: string): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined
  const watchdog = spawn('sh', ['-c', WATCHDOG, 'plataforma-testkit-watchdog', path], {
    cwd: '/',
    // Its own process group: Ctrl-C in the terminal must not end it before its work.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watchdog.unref()
  if (watchdog.stdin && 'unref' in watchdog.stdin) (watchdog.stdin as { unref(): void }).unref()
  return watchdog
}

async function release(watchdog: ChildProcess): Promise<void> {
  if (watchdog.exitCode !== null) return
  watchdog.ref()
  await new Promise<void>((resolve) => {
    watchdog.once('exit', () => resolve())
    watchdog.stdin?.end()
  })
}
