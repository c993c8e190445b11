import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processIdentity } from './process-identity.js'
import { reachableByOthers } from './reachable-by-others.js'
import { unprivilegedUser } from './unprivileged-user.js'

const PREFIX = 'plataforma-testkit-'

/**
 * Runs beside us until our end of its standard input closes, however we end (SIGKILL included):
 * then it kills the server whose id stands in the pid file and removes the folder.
 */
const WATCHDOG = `
trap '' INT TERM HUP
while read -r _; do :; done
for file in "$1"/data/postmaster.pid "$1"/server.pid; do
  [ -f "$file" ] || continue
  read -r pid < "$file"
  if [ -r "/proc/$pid/cmdline" ]; then args=$(tr '\\0' ' ' < "/proc/$pid/cmdline"); else args=$(ps -p "$pid" -o args=); fi
  case "$args" in *"$1"*) kill -CONT "$pid"; kill -QUIT "$pid";; *) continue;; esac
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid" 2>/dev/null
done
rm -rf "$1"
`

/** A temporary folder of one server, which never outlives the process that made it. */
export class ServerFolder {
  readonly path: string
  readonly #watchdog: ChildProcess | undefined

  constructor() {
    const user = unprivilegedUser()
    this.path = mkdtempSync(join(baseFolder(), PREFIX))
    writeFileSync(join(this.path, 'owner.json'), JSON.stringify(processIdentity(process.pid)))
    if (user) chownSync(this.path, user.uid, user.gid)
    this.#watchdog = process.platform === 'win32' ? undefined : watch(this.path)
  }

  /** Ends the server that may still run in the folder and removes the folder. */
  async remove(): Promise<void> {
    const watchdog = this.#watchdog
    if (!watchdog) return rmSync(this.path, { recursive: true, force: true })
    if (watchdog.exitCode !== null) return
    watchdog.ref()
    await new Promise<void>((resolve) => {
      watchdog.once('exit', () => resolve())
      watchdog.stdin?.end()
    })
  }
}

/** Removes what killed runs left behind: folders of this kind whose maker no longer runs. */
export async function removeStaleServerFolders(): Promise<void> {
  if (process.platform === 'win32') return
  const base = baseFolder()
  for (const name of readdirSync(base)) {
    if (!name.startsWith(PREFIX)) continue
    const path = join(base, name)
    if (ownerIsGone(path)) await endWatch(watch(path))
  }
}

function ownerIsGone(path: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'))
    const now = processIdentity(owner.pid)
    return now === undefined || now.startedAt !== owner.startedAt
  } catch {
    // No readable owner: not ours to judge.
    return false
  }
}

function watch(path: string): ChildProcess {
  const watchdog = spawn('sh', ['-c', WATCHDOG, 'plataforma-testkit-watchdog', path], {
    cwd: '/',
    // Its own process group: Ctrl-C in the terminal must not end it before its work.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watchdog.unref()
  const stdin = watchdog.stdin as unknown as { unref?: () => void } | null
  stdin?.unref?.()
  return watchdog
}

async function endWatch(watchdog: ChildProcess): Promise<void> {
  watchdog.ref()
  await new Promise<void>((resolve) => {
    watchdog.once('exit', () => resolve())
    watchdog.stdin?.end()
  })
}

function baseFolder(): string {
  const base = tmpdir()
  return unprivilegedUser() && !reachableByOthers(join(base, 'x')) ? '/tmp' : base
}
