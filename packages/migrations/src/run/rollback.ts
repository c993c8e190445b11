import { sql } from 'kysely'
import { planRollback, type RollbackTarget } from '../plan/rollback-plan.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { readHistory } from '../registry/read-history.js'
import type { RollbackReport, RunMigration } from '../system/migration-reports.js'
import { afterChanges, writeSnapshots } from './after-changes.js'
import { CommitUnknown } from './commit-unknown.js'
import { connectionLost } from './connection-lost.js'
import type { CallOptions, Engine } from './engine.js'
import { moduleLock } from './lock-key.js'
import type { MigrationSession } from './migration-session.js'
import { isCommitted } from './settle-commit.js'
import { takeLock } from './take-lock.js'
import { undoMigration } from './undo-migration.js'
import { type Deployer, withDeployerLock } from './with-deployer-lock.js'
import { writeFailure } from './write-failure.js'

export interface RollbackRequest extends RollbackTarget, CallOptions {}

/**
 * Undoes the last migrations of a module, each in a transaction of its own.
 *
 * @throws PlataformaError as `planRollback` and `undoMigration` throw
 */
export async function rollback(engine: Engine, request: RollbackRequest): Promise<RollbackReport> {
  const start = performance.now()
  const rolledBack: RunMigration[] = []
  try {
    await withDeployerLock(engine, request, async (deployer) => {
      const { session, context } = deployer
      const { module } = request
      try {
        await undoAll(engine, deployer, { request, rolledBack })
      } finally {
        if (rolledBack.length > 0) {
          await writeSnapshots(engine, session, { run: context.run, modules: [module] })
        }
      }
    })
  } catch (error) {
    throw await explained(engine, request, error)
  } finally {
    if (rolledBack.length > 0) await afterChanges(engine, [request.module], request.onProgress)
  }
  return { rolledBack, durationMs: performance.now() - start }
}

interface Work {
  readonly request: RollbackRequest
  readonly rolledBack: RunMigration[]
}

async function undoAll(
  engine: Engine,
  { session, context }: Deployer,
  { request, rolledBack }: Work,
): Promise<void> {
  const { module, to, steps } = request
  const { lockWaitMs, extensions } = engine
  const records = await plannedRecords(engine, session, { module, to, steps })
  const total = records.length
  context.onProgress({ kind: 'planned', total })
  if (total === 0) return
  await takeLock(session, { key: moduleLock(module), waitMs: lockWaitMs })
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
  target: RollbackTarget,
): Promise<readonly MigrationRecord[]> {
  const { records } = await readHistory(session.db)
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM plataforma.migrations
    WHERE module = ${target.module} AND (irreversible OR kind = 'sql' AND down_text IS NULL)`.execute(
    session.db,
  )
  const irreversible = new Set(rows.map(({ name }) => name))
  return planRollback({ migrations: engine.list(), records, target, irreversible })
}

/** A COMMIT without an answer: what has become of it decides what to say. */
async function explained(
  { ground }: Engine,
  { signal }: CallOptions,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof CommitUnknown)) return error
  await isCommitted(ground.db, error, signal)
  return connectionLost(error.cause, error.lost)
}
