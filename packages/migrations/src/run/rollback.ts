import { type Kysely, sql } from 'kysely'
import { planRollback, type RollbackTarget } from '../plan/rollback-plan.js'
import { readEvents } from '../registry/events.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { readHistory } from '../registry/read-history.js'
import type { RollbackReport, RunMigration } from '../system/migration-reports.js'
import { afterChanges, afterFailure, writeSnapshots } from './after-changes.js'
import { overtaken } from './close-transaction.js'
import { CommitUnknown } from './commit-unknown.js'
import { connectionLost } from './connection-lost.js'
import type { CallOptions, Engine } from './engine.js'
import type { MigrationSession } from './migration-session.js'
import { isCommitted } from './settle-commit.js'
import { takeModules } from './take-lock.js'
import { undoMigration } from './undo-migration.js'
import { type Deployer, withDeployerLock } from './with-deployer-lock.js'
import { writeFailure } from './write-failure.js'

/** What is undone: either `to` or `steps`. */
export interface RollbackRequest extends RollbackTarget, CallOptions {}

/**
 * Undoes the last migrations of a module, each in a transaction of its own.
 *
 * @throws PlataformaError as `planRollback` and `undoMigration` throw
 */
export async function rollback(engine: Engine, request: RollbackRequest): Promise<RollbackReport> {
  const start = performance.now()
  const rolledBack: RunMigration[] = []
  const work: Work = { request, rolledBack, left: undefined }
  try {
    while (!(await rollbackOnce(engine, work)));
  } catch (error) {
    const changed = rolledBack.length > 0 ? [request.module] : []
    await afterFailure(engine, changed, request.onProgress)
    throw error
  }
  const changed = rolledBack.length > 0 ? [request.module] : []
  await afterChanges(engine, changed, request.onProgress)
  return { rolledBack, durationMs: performance.now() - start }
}

interface Work {
  readonly request: RollbackRequest
  readonly rolledBack: RunMigration[]
  /** What is still to be undone, by name, once it was planned. */
  left: ReadonlySet<string> | undefined
}

/** Whether all was done; not where a session was lost whose last transaction was committed. */
async function rollbackOnce(engine: Engine, work: Work): Promise<boolean> {
  const { request, rolledBack } = work
  const { module, signal } = request
  const before = rolledBack.length
  try {
    await withDeployerLock(engine, request, async (deployer) => {
      const { session, context } = deployer
      try {
        await undoAll(engine, deployer, work)
      } finally {
        if (rolledBack.length > before) {
          await writeSnapshots(engine, session, { run: context.run, modules: [module] })
        }
      }
    })
    return true
  } catch (error) {
    if (!(error instanceof CommitUnknown)) throw error
    const { db } = engine.ground
    if (!(await isCommitted(db, error, signal))) throw connectionLost(error.cause, error.lost)
    // Of several transactions it may have been one before the last.
    const { records } = await readHistory(db.withoutPlugins())
    if (!isAmong(records, error.lost)) rolledBack.push(await undone(db, error.lost))
    return false
  }
}

function isAmong(records: readonly MigrationRecord[], { module, name }: Key): boolean {
  return records.some((record) => record.module === module && record.name === name)
}

type Key = Pick<MigrationRecord, 'module' | 'name'>

async function undone(db: Kysely<unknown>, { module, name }: Key): Promise<RunMigration> {
  const events = await readEvents(db.withoutPlugins(), module)
  const last = events.findLast((one) => one.name === name && one.event === 'rolled-back')
  return { module, name, version: last?.version ?? null, durationMs: last?.durationMs ?? 0 }
}

async function undoAll(engine: Engine, { session, context }: Deployer, work: Work): Promise<void> {
  const { request, rolledBack } = work
  const { module } = request
  const { lockWaitMs, extensions } = engine
  await takeModules(session, new Set([module]), lockWaitMs)
  const records = await plannedRecords(engine, session, work)
  const total = records.length
  context.onProgress({ kind: 'planned', total })
  if (total === 0) return
  const files = new Map(
    engine
      .list()
      .filter((migration) => migration.module === module)
      .map((migration) => [migration.name, migration]),
  )
  for (const [done, record] of records.entries()) {
    const { name, version = null } = record
    context.onProgress({ kind: 'started', module, name, done, total })
    try {
      const undoing = { record, file: files.get(name), extensions }
      const durationMs = await undoMigration(session, context, undoing)
      rolledBack.push({ module, name, version, durationMs })
      context.onProgress({ kind: 'rolled-back', module, name, done: done + 1, total, durationMs })
    } catch (error) {
      await writeFailure(session, context, { module, name, error })
      throw error instanceof CommitUnknown ? error : connectionLost(error, { module, name })
    }
  }
}

async function plannedRecords(
  engine: Engine,
  session: MigrationSession,
  work: Work,
): Promise<readonly MigrationRecord[]> {
  const { module, to, steps } = work.request
  const { records } = await readHistory(session.db)
  const { left } = work
  const rest = records.filter((one) => one.module === module && left?.has(one.name))
  if (left !== undefined && rest.length === 0) return []
  const ordinary = rest.filter(({ repeatable }) => !repeatable).length
  const target = { module, to, steps: left === undefined || steps === undefined ? steps : ordinary }
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM plataforma.migrations
    WHERE module = ${module} AND (irreversible OR kind = 'sql' AND down_text IS NULL)`.execute(
    session.db,
  )
  const irreversible = new Set(rows.map(({ name }) => name))
  const planned = planRollback({ migrations: engine.list(), records, target, irreversible })
  // While the lock was lost, somebody else may have migrated.
  if (left !== undefined && planned.some(({ name }) => !left.has(name))) throw overtaken(module)
  work.left ??= new Set(planned.map(({ name }) => name))
  return planned
}
