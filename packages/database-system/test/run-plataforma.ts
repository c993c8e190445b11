import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const BUNDLE_FOLDER = join(PACKAGE, '.cache', `command-${process.pid}`)
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'\n" +
  'const require = makeRequire(import.meta.url)'

afterAll(() => rm(BUNDLE_FOLDER, { recursive: true, force: true }))

/** What a run of the command gave. */
export interface CommandRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  /** Instead of what this process has: nothing of `DATABASE_URL`, `PLATAFORMA_SECRET` is left. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs `plataforma` in a process of its own. */
export async function plataforma(
  args: readonly string[],
  { cwd = tmpdir(), env = {} }: CommandOptions = {},
): Promise<CommandRun> {
  const { DATABASE_URL, PLATAFORMA_SECRET, FORCE_COLOR, NO_COLOR, ...inherited } = process.env
  bundle ??= bundleCommand()
  const child = spawn(process.execPath, [await bundle, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

let bundle: Promise<string> | undefined

/**
 * The command as one file, made once for a test file: it starts in a fraction of the time that
 * compiling every source file takes, and Node reads configuration files as it does for users.
 */
async function bundleCommand(): Promise<string> {
  const outfile = join(BUNDLE_FOLDER, 'main.js')
  await build({
    entryPoints: [join(PACKAGE, 'src', 'command', 'main.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['plataforma-source'],
    external: ['commander', 'jiti', 'kysely', 'libpg-query', 'pg'],
    // For what is CommonJS inside.
    banner: { js: REQUIRE },
  })
  return outfile
}

/** An empty folder with these files, removed at the end. */
export async function temporaryFolder(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'plataforma-command-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
