import { PlataformaError, suggestion } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { compareText } from '../migration/migration-name.js'

/** `vendas:003_x (migrations/vendas/003_x.sql)` */
export function shownMigration({ module, name, place }: Migration): string {
  return `${module}:${name} (${place})`
}

export function unknownModule(module: string, known: Iterable<string>): PlataformaError {
  const names = [...known].sort(compareText)
  return new PlataformaError(
    'PLT_MIGRATION_NOT_FOUND',
    `There are no migrations of a module "${module}".${suggestion(module, names)}`,
    {
      module,
      remedy: `Modules with migrations: ${shownNames(names)}.`,
      details: { modules: names },
    },
  )
}

export function outOfOrder(
  pending: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): PlataformaError {
  const list = pending.map(
    (migration) => `  ${shownMigration(migration)} stands before ${applied.get(migration.module)}`,
  )
  return new PlataformaError(
    'PLT_MIGRATION_OUT_OF_ORDER',
    `Pending before what is applied already:\n${list.join('\n')}`,
    {
      ...(pending[0] === undefined ? {} : { module: pending[0].module }),
      remedy: 'Renumber the pending ones after it, or allow them with the option outOfOrder.',
      details: { files: pending.map(({ place }) => place) },
    },
  )
}

export function unwritten(migrations: readonly Migration[]): PlataformaError {
  const list = migrations.map((migration) => `  ${shownMigration(migration)}`)
  return new PlataformaError(
    'PLT_MIGRATION_INVALID',
    `Nothing was written yet in a file that is to be run:\n${list.join('\n')}`,
    {
      ...(migrations[0] === undefined ? {} : { module: migrations[0].module }),
      remedy:
        'Write what it does, or delete the file; in one that is to do nothing, say why in a comment.',
      details: { files: migrations.map(({ place }) => place) },
    },
  )
}

export function unsupported(
  migrations: readonly { readonly migration: Migration; readonly range: string }[],
  version: string,
): PlataformaError {
  const list = migrations.map(
    ({ migration, range }) => `  ${shownMigration(migration)} asks for "${range}"`,
  )
  return new PlataformaError(
    'PLT_MIGRATION_UNSUPPORTED',
    `The server is PostgreSQL ${version}:\n${list.join('\n')}`,
    {
      ...(migrations[0] === undefined ? {} : { module: migrations[0].migration.module }),
      remedy: 'Use a server of that version, or write the migration for this one too.',
      details: { server: version, files: migrations.map(({ migration }) => migration.place) },
    },
  )
}

const MOST_SHOWN = 20

/** Names for a sentence; not all of many. */
export function shownNames(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const rest = names.length - MOST_SHOWN
  return names.slice(0, MOST_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
