import { setImmediate } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { MigrationPlan } from '../plan/migration-plan.js'
import { planMigrations } from '../plan/plan-migrations.js'
import { type History, readHistory } from '../registry/read-history.js'
import { tellChanges } from './changed-text.js'
import type { Engine } from './engine.js'

/** What is to be done, by what there is and what is applied at this moment. */
export interface CurrentPlan {
  readonly plan: MigrationPlan
  readonly history: History
  readonly migrations: readonly Migration[]
}

/**
 * Reads the history and plans; nothing is locked, and nothing is written.
 *
 * @throws PlataformaError as `planMigrations` throws
 */
export async function planNow(
  { list, outOfOrder }: Pick<Engine, 'list' | 'outOfOrder'>,
  db: Kysely<unknown>,
  modules: readonly string[] | undefined,
): Promise<CurrentPlan> {
  const reading = readHistory(db.withoutPlugins())
  reading.catch(() => {})
  // The server answers while files are read.
  await setImmediate()
  const migrations = list()
  const history = await reading
  await loadPendingCode(migrations, history)
  const serverVersion = history.serverVersion ?? (await readServerVersion(db))
  const { records } = history
  try {
    const plan = planMigrations({ migrations, records, modules, outOfOrder, serverVersion })
    return { plan, history, migrations }
  } catch (error) {
    throw await tellChanges(error, migrations, db)
  }
}

/** What a program says of itself is known when it is loaded. */
export async function loadPendingCode(
  migrations: readonly Migration[],
  { records }: History,
): Promise<void> {
  const code = migrations.filter(({ kind }) => kind === 'code')
  if (code.length === 0) return
  const known = new Map(records.map((record) => [`${record.module}:${record.name}`, record]))
  for (const migration of code) {
    const record = known.get(`${migration.module}:${migration.name}`)
    const isOver =
      record?.state === 'applied' && (!record.repeatable || record.checksum === migration.checksum)
    if (!isOver) await migration.code()
  }
}

async function readServerVersion(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    SELECT current_setting('server_version_num')::int AS "version"`.execute(db.withoutPlugins())
  return rows[0]?.version ?? 0
}
