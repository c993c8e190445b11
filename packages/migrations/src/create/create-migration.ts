import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertModuleName, PlataformaError, shownValue } from '@plataforma/core'
import inc from 'semver/functions/inc.js'
import sort from 'semver/functions/sort.js'
import type { Migration } from '../migration/migration.js'
import { nameWords } from '../migration/name-words.js'
import { readDirectory } from '../source/read-directory.js'
import { nextNumber } from './next-number.js'

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
 * Makes the file of a module's next migration, and never overwrites one.
 *
 * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_INVALID` for a name without
 * letters, and as `readDirectory` throws
 */
export function createMigration(options: CreateMigrationOptions): CreatedMigration {
  const { directory, module, kind = 'sql', now = new Date() } = options
  assertModuleName(module)
  const words = nameWords(options.name)
  if (words === '') {
    throw new PlataformaError(
      'PLT_MIGRATION_INVALID',
      `${shownValue(options.name)} gives a migration no name.`,
      { module, remedy: 'Say in a few words what it does, such as "create clientes".' },
    )
  }
  const existing = existsSync(directory)
    ? readDirectory(directory).filter((migration) => migration.module === module)
    : []
  const name = `${nextNumber(
    existing.map((migration) => migration.name),
    now,
  )}_${words}`
  const folder = join(directory, module)
  const place = join(folder, `${name}.${kind}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(place, textOf(kind, nextVersion(existing)), { flag: 'wx' })
  return { module, name, place }
}

/** A minor version above the highest; `undefined` where the module counts no versions. */
function nextVersion(existing: readonly Migration[]): string | undefined {
  if (existing.length === 0) return '1.0.0'
  const versions = existing.flatMap(({ kind, metadata }) =>
    kind === 'sql' && metadata.version !== undefined ? [metadata.version] : [],
  )
  return inc(sort(versions).at(-1) ?? '', 'minor') ?? undefined
}

function textOf(kind: 'sql' | 'ts', version: string | undefined): string {
  const members = [
    ...(version === undefined ? [] : [['version', `"${version}"`]]),
    ['dependencies', '[]'],
  ]
  if (kind === 'sql') {
    const json = members.map(([key, value]) => `"${key}": ${value}`).join(', ')
    return `-- @metadata {${json}}\n\n\n-- @down\n\n`
  }
  const object = members.map(([key, value]) => `${key}: ${value?.replaceAll('"', "'")}`).join(', ')
  return `import type { MigrationDatabase } from '@plataforma/migrations'

export const metadata = { ${object} }

export async function up(db: MigrationDatabase): Promise<void> {
}

export async function down(db: MigrationDatabase): Promise<void> {
}
`
}
