import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BundledProgram, bundleProgram } from '@plataforma/testkit'
import { afterAll } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

afterAll(async () => (await bundle)?.[Symbol.asyncDispose]())

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
  const child = spawn(process.execPath, [(await bundle).path, ...args], {
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

let bundle: Promise<BundledProgram> | undefined

/** The command, made once for a test file; Node reads configuration files as it does for users. */
function bundleCommand(): Promise<BundledProgram> {
  return bundleProgram({
    entry: join(PACKAGE, 'src', 'command', 'main.ts'),
    packageFolder: PACKAGE,
    external: ['jiti', 'kysely', 'libpg-query', 'pg'],
  })
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
