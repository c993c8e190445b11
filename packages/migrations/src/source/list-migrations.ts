import { existsSync } from 'node:fs'
import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { compareNames, compareText, haveSameNumber } from '../migration/migration-name.js'
import type { MigrationOptions } from '../system/migration-options.js'
import { ObjectMigration } from './object-migration.js'
import { readDirectory } from './read-directory.js'

/** Where migrations are looked for unless somebody says where. */
export const DEFAULT_DIRECTORY = './migrations'

/**
 * All migrations of the folder and of the objects, by module and then in their order. An object
 * takes the place of the file of code that has its name: it is the same in a bundle.
 *
 * @throws PlataformaError `PLT_MIGRATION_DUPLICATE`, and as `readDirectory` throws; without a
 * folder where neither `directory` nor objects are given
 * @example
 * listMigrations({ directory: './migrations' }).map(({ module, name }) => `${module}:${name}`)
 */
export function listMigrations(
  options: Pick<MigrationOptions, 'directory' | 'sources'>,
): readonly Migration[] {
  const objects = (options.sources ?? []).map((object) => new ObjectMigration(object))
  const given = new Set(objects.map(identity))
  const files = filesOf(options).filter(
    (file) => file.kind !== 'code' || !given.has(identity(file)),
  )
  const migrations = [...files, ...objects].sort(
    (a, b) => compareText(a.module, b.module) || compareNames(a.name, b.name),
  )
  migrations.forEach((migration, index) => {
    const before = migrations[index - 1]
    if (before !== undefined) refuseSameNumber(before, migration, migrations)
  })
  return migrations
}

function filesOf({ directory, sources = [] }: Pick<MigrationOptions, 'directory' | 'sources'>) {
  const isOptional = directory === undefined && sources.length > 0
  if (isOptional && !existsSync(DEFAULT_DIRECTORY)) return []
  return readDirectory(directory ?? DEFAULT_DIRECTORY)
}

function identity({ module, name }: Migration): string {
  return `${module}/${name}`
}

function refuseSameNumber(a: Migration, b: Migration, all: readonly Migration[]): void {
  if (a.module !== b.module || !haveSameNumber(a.name, b.name)) return
  const last = all.findLast(({ module }) => module === b.module)?.name ?? b.name
  throw new PlataformaError(
    'PLT_MIGRATION_DUPLICATE',
    `Two migrations of module "${b.module}" have the same number: ${a.place} and ${b.place}.`,
    {
      module: b.module,
      remedy: `Give the newer one a number above ${last}.`,
      details: { files: [a.place, b.place], migrations: [a.name, b.name] },
    },
  )
}
