import { join } from 'node:path'
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

let bundle: Promise<BundledProgram> | undefined

/** Runs `plataforma-migrate` in a process of its own. */
export async function migrate(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramRun> {
  return await (await startMigrate(args, options)).ended
}

export async function startMigrate(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<RunningProgram> {
  bundle ??= bundleProgram({
    entry: join(PACKAGE, 'src', 'command', 'main.ts'),
    packageFolder: PACKAGE,
    external: ['kysely', 'kysely-codegen', 'libpg-query', 'pg'],
  })
  return startProgram((await bundle).path, args, options)
}
