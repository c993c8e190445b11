import { setTimeout as sleep } from 'node:timers/promises'
import { PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import type { LockHolder } from '../system/migration-progress.js'
import { BlockerWatch } from './blocker-watch.js'
import { type Closing, closeTransaction } from './close-transaction.js'
import { CommitUnknown } from './commit-unknown.js'
import { isConnectionLost } from './connection-lost.js'
import type { Identity } from './identity.js'
import { isForgotten } from './is-forgotten.js'
import { isLate, pauseBefore } from './late.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'
import { RESET_SESSION } from './session-settings.js'
import { sqlStateOf } from './sql-state.js'

/** One transaction of a migration, with what is written of it into the registry. */
export interface MigrationTransaction {
  readonly migration: Migration
  /** Whether others of the same migration follow, which may use its temporary tables. */
  readonly isPart?: boolean | undefined
  /** Begins the transaction and does all that the owner has to do in it. */
  readonly body: () => Promise<void>
  /** Whether it may have taken away what is prepared on the session. */
  readonly mayForget: boolean
  /** Who it runs as. */
  readonly identity: Identity
  /** What is written down of it. */
  readonly writes: HistoryWrites
  /** What an error of `body` is for people; on the session, after ROLLBACK. */
  readonly explain: (error: unknown) => Promise<unknown>
}

/**
 * Runs a transaction of a migration, and again from its begin where it came too late to a lock, so
 * that nobody waits behind it for long.
 *
 * @returns milliseconds of the attempt that succeeded
 */
export async function runTransaction(
  session: MigrationSession,
  context: RunContext,
  transaction: MigrationTransaction,
): Promise<number> {
  const { module, name, metadata } = transaction.migration
  const lockTimeoutMs = metadata.lockTimeoutMs ?? context.lockTimeoutMs
  for (let attempt = 1; ; attempt++) {
    const watch = new BlockerWatch(session, context.ground.db, lockTimeoutMs)
    try {
      return await attemptOnce(session, context, transaction)
    } catch (error) {
      const tries = isLate(error) && attempt <= context.lockRetries
      if (!tries) throw error
      const pauseMs = pauseBefore(attempt)
      const blockers: readonly LockHolder[] = watch.blockers
      context.onProgress({ kind: 'retrying', module, name, attempt, pauseMs, blockers })
      await sleep(pauseMs, undefined, { signal: session.signal })
    } finally {
      watch.stop()
    }
  }
}

async function attemptOnce(
  session: MigrationSession,
  context: RunContext,
  transaction: MigrationTransaction,
): Promise<number> {
  const { migration, writes, explain, body, mayForget, identity } = transaction
  const begin = performance.now()
  try {
    await body()
  } catch (error) {
    await rollback(session)
    throw isConnectionLost(error) ? error : await explain(error)
  }
  const closing: Closing = { migration, writes, mayForget, identity }
  let number: string
  try {
    number = await closeTransaction(session, context, closing)
  } catch (error) {
    await rollback(session)
    throw isServers(error) && !session.signal?.aborted && !isForgotten(error)
      ? migrationFailed(error, { migration, during: 'when it was written down' })
      : error
  }
  await commit(session, transaction, number)
  return performance.now() - begin
}

async function commit(
  session: MigrationSession,
  { migration, isPart = false }: MigrationTransaction,
  transaction: string,
): Promise<void> {
  try {
    // Not to be aborted: what was asked for last would be answered for COMMIT.
    const discard = isPart ? '' : 'DISCARD TEMP; '
    await sql.raw(`COMMIT; ${discard}${RESET_SESSION}`).execute(session.db)
  } catch (error) {
    if (isConnectionLost(error)) {
      const { backend } = session
      const { module, name } = migration
      throw new CommitUnknown({ module, name, transaction, backend, cause: error })
    }
    await rollback(session)
    throw isServers(error) ? migrationFailed(error, { migration, during: 'at COMMIT' }) : error
  }
}

/** Whether PostgreSQL refused what is written down: the migration has left it no way to. */
function isServers(error: unknown): boolean {
  const isOurs = error instanceof PlataformaError
  return !isOurs && !isConnectionLost(error) && sqlStateOf(error) !== undefined
}

/** Also where the call was aborted: the next one begins outside of a transaction. */
async function rollback(session: MigrationSession): Promise<void> {
  try {
    await sql`ROLLBACK`.execute(session.db)
  } catch {
    // A session that is gone has rolled back.
  }
}
