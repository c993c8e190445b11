import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type BundledProgram,
  bundleProgram,
  type ProgramOptions,
  type ProgramRun,
  type RunningProgram,
  startProgram,
} from '@plataforma/testkit'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/** Runs `plataforma` in a process of its own. */
export async function plataforma(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramRun> {
  return await (await startPlataforma(args, options)).ended
}

export async function startPlataforma(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<RunningProgram> {
  bundle ??= bundleCommand()
  return startProgram((await bundle).path, args, options)
}

let bundle: Promise<BundledProgram> | undefined

/** The command, made once for a test run; Node reads configuration files as it does for users. */
function bundleCommand(): Promise<BundledProgram> {
  return bundleProgram({
    entry: join(PACKAGE, 'src', 'command', 'main.ts'),
    packageFolder: PACKAGE,
    external: ['jiti', 'kysely', 'kysely-codegen', 'libpg-query', 'pg'],
  })
}

/** An empty folder with these files, removed at the end. */
export async function temporaryFolder(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'plataforma-command-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
