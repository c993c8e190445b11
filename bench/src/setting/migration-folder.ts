import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MigrationFolder extends AsyncDisposable {
  readonly directory: string
}

/** A folder of migrations shared out among modules; their numbers are unique over all of them. */
export async function migrationFolder(
  modules: number,
  migrations: number,
  sqlOf: (number: number) => string,
): Promise<MigrationFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'plataforma-bench-'))
  const perModule = Math.ceil(migrations / modules)
  for (let number = 0; number < migrations; number++) {
    const module = join(directory, `m${String(Math.floor(number / perModule)).padStart(3, '0')}`)
    await mkdir(module, { recursive: true })
    const file = `${String(number + 1).padStart(5, '0')}_step.sql`
    await writeFile(join(module, file), sqlOf(number))
  }
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
