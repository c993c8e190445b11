import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** Such as `18.4`. */
  readonly version: string
}

/** The programs in a `bin` folder. */
export function postgresBinaries(folder: string): PostgresBinaries {
  const postgres = join(folder, 'postgres')
  const output = execFileSync(postgres, ['--version'], { encoding: 'utf8' })
  const version = /\d+(\.\d+)?\w*/.exec(output)?.[0]
  if (!version) throw new Error(`${postgres} --version says: ${output}`)
  return { initdb: join(folder, 'initdb'), postgres, version }
}
