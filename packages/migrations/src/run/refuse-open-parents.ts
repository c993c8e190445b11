import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'

/**
 * Refuses tables that inherit from one that does not protect their rows, once all tables of the
 * transaction are protected.
 *
 * @throws PlataformaError `PLT_TENANT_COLUMN_MISSING`
 */
export async function refuseOpenParents(
  session: MigrationSession,
  { ground }: Pick<RunContext, 'ground'>,
  { module, name, place: file }: Pick<Migration, 'module' | 'name' | 'place'>,
): Promise<void> {
  const [found] = await session.abortable(() => ground.openParents([module], session.db))
  if (found === undefined) return
  const { table, tenantColumn: column, parentSchema, parent, message, remedy } = found
  throw new PlataformaError('PLT_TENANT_COLUMN_MISSING', `${message}\n${file}`, {
    module,
    table,
    column,
    remedy: `${remedy} Where every tenant may read both tables, say so with \`"rls": false\` in the metadata of the migration that makes them.`,
    details: { file, migration: name, parent: `${parentSchema}.${parent}` },
  })
}
