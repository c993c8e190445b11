import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertModuleName, PlataformaError, shownValue } from '@plataforma/core'
import inc from 'semver/functions/inc.js'
import sort from 'semver/functions/sort.js'
import { isNumberOf } from '../migration/is-number-of.js'
import type { Migration } from '../migration/migration.js'
import { nameWords } from '../migration/name-words.js'
import { readDirectory } from '../source/read-directory.js'
import { nextNumber } from './next-number.js'
import { reserveNumber } from './reserve-number.js'
import { templateOf } from './template.js'

export interface CreateMigrationOptions {
  /** Folder with a folder for each module; made where it is missing. */
  readonly directory: string
  readonly module: string
  /** Words; what a name cannot have becomes `_`. */
  readonly name: string
  /** `sql` unless given. */
  readonly kind?: 'sql' | 'ts' | undefined
  readonly now?: Date
}

/** A file for a new migration. */
export interface CreatedMigration {
  readonly module: string
  /** `NNN_name` */
  readonly name: string
  /** The file. */
  readonly place: string
}

/**
 * Makes the file of a module's next migration, and never overwrites one. Processes that make some at
 * the same time get numbers of their own.
 *
 * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_INVALID` for a name without
 * letters, and as `readDirectory` throws
 */
export function createMigration(options: CreateMigrationOptions): CreatedMigration {
  const { directory, module, kind = 'sql', now = new Date() } = options
  assertModuleName(module)
  const words = typeof options.name === 'string' ? nameWords(options.name) : ''
  if (words === '') {
    throw new PlataformaError(
      'PLT_MIGRATION_INVALID',
      `${shownValue(options.name)} gives a migration no name.`,
      { module, remedy: 'Say in a few words what it does, such as "create clientes".' },
    )
  }
  const folder = join(directory, module)
  mkdirSync(folder, { recursive: true })
  const held = new Set<string>()
  for (;;) {
    const names = namesOf(existingOf(directory, module))
    // What another process has in hand counts as being there.
    const number = nextNumber([...names, ...[...held].map((one) => `${one}_`)], now)
    using reservation = reserveNumber(folder, number)
    if (reservation === undefined) {
      held.add(number)
      continue
    }
    const existing = existingOf(directory, module)
    if (namesOf(existing).some((name) => isNumberOf(number, name))) continue
    const name = `${number}_${words}`
    const place = join(folder, `${name}.${kind}`)
    writeFileSync(place, templateOf(kind, nextVersion(existing)), { flag: 'wx' })
    return { module, name, place }
  }
}

function existingOf(directory: string, module: string): readonly Migration[] {
  return readDirectory(directory).filter((migration) => migration.module === module)
}

function namesOf(migrations: readonly Migration[]): readonly string[] {
  return migrations.map(({ name }) => name)
}

/** A minor version above the highest; `undefined` where the module counts no versions. */
function nextVersion(existing: readonly Migration[]): string | undefined {
  if (existing.length === 0) return '1.0.0'
  // What code says of itself is known only once it is loaded.
  const sql = existing.filter(({ kind }) => kind === 'sql')
  const versions = sql.flatMap(({ metadata: { version } }) => version ?? [])
  return inc(sort(versions).at(-1) ?? '', 'minor') ?? undefined
}
