import type { Kysely } from 'kysely'
import type { MigrationRecord } from '../../registry/migration-record.js'
import { type Direction, readProgress } from '../../registry/progress.js'
import { readStored } from '../../registry/stored-migration.js'
import type { ScriptStatement } from '../../script/migration-script.js'
import { SqlMigration } from '../../source/sql-migration.js'
import { readScript, type ScriptRules } from '../read-script.js'
import { partsOf } from '../script-parts.js'
import { type HalfDone, halfDone } from './half-done.js'

/** An interrupted SQL migration with the text that it was begun with. */
export interface BegunText extends HalfDone {
  readonly migration: SqlMigration
  readonly statements: readonly ScriptStatement[]
}

/** Reads what of a migration was begun; `undefined` of code, which has no statements. */
export async function readBegun(
  db: Kysely<unknown>,
  record: Pick<MigrationRecord, 'module' | 'name'>,
  { direction, rules }: { readonly direction: Direction; readonly rules: ScriptRules },
): Promise<BegunText | undefined> {
  const { module, name } = record
  const stored = await readStored(db, module, name)
  if (!stored || stored.text === null) return undefined
  const place = `${module}/${name} (as begun)`
  const migration = new SqlMigration({ module, name, place, text: stored.text })
  const script = await readScript(migration, rules)
  const statements = script?.[direction] ?? []
  const parts = partsOf(statements, migration.metadata)
  const progress = await readProgress(db, { module, name, direction })
  return { migration, statements, ...halfDone(parts, progress) }
}
