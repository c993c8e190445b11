import type { Migration } from '../migration/migration.js'
import type { MigrationScript } from '../script/migration-script.js'
import type { Engine } from './engine.js'
import { ownSchemaOf } from './own-schema-of.js'

/** By what a script may hold. */
export type ScriptRules = Pick<Engine, 'extensions' | 'ground'>

/**
 * Cuts the text of an SQL migration into statements; the parser is loaded at the first one.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export async function readScript(
  migration: Migration,
  { extensions, ground }: ScriptRules,
): Promise<MigrationScript | undefined> {
  const { module, name, place, text, metadata } = migration
  if (text === undefined) return undefined
  const { parseScript } = await import('../script/parse-script.js')
  const { transaction } = metadata
  const ownSchema = ownSchemaOf({ ground }, migration)
  return await parseScript({ module, name, place, text }, { transaction, extensions, ownSchema })
}
