import { setTimeout as sleep } from 'node:timers/promises'
import { PlataformaError } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'
import type { CommitUnknown } from './commit-unknown.js'
import { sqlStateOf } from './sql-state.js'

/** The server may still be busy with the COMMIT, or not know yet that its client is gone. */
const PATIENCE_MS = 60_000
const PAUSE_MS = 50
/** A number that is still to be given: the server crashed, and nothing of the transaction was kept. */
const FUTURE = '22023'

type Status = 'committed' | 'aborted' | 'in progress' | null

/**
 * Asks the server what has become of a COMMIT on whose answer the connection was lost, and ends the
 * backend that ran it.
 *
 * @returns whether it has happened
 * @throws PlataformaError `PLT_OUTCOME_UNKNOWN`
 */
export async function isCommitted(
  db: Kysely<unknown>,
  unknown: CommitUnknown,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS
  let cause: unknown = unknown.cause
  while (performance.now() < deadline) {
    try {
      const status = await ask(db, unknown)
      if (status === 'committed') return true
      if (status === 'aborted') return false
    } catch (error) {
      if (sqlStateOf(error) === FUTURE) return false
      // The server may be starting again.
      cause = error
    }
    try {
      await sleep(PAUSE_MS, undefined, { signal })
    } catch {
      // Who aborts the call learns that it is not known, rather than that it was aborted.
      break
    }
  }
  const { module, name } = unknown.lost
  throw new PlataformaError(
    'PLT_OUTCOME_UNKNOWN',
    `The connection was lost during COMMIT of migration ${name} of "${module}", and the server does not say what became of it.`,
    {
      module,
      remedy: 'Run the migrations again: the registry knows whether it was applied.',
      cause,
      details: { migration: name },
    },
  )
}

async function ask(db: Kysely<unknown>, { lost }: CommitUnknown): Promise<Status> {
  const { transaction, backend } = lost
  const { rows } = await sql<{ status: Status }>`
    SELECT pg_xact_status(${transaction}::xid8) AS "status",
      (SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE pid = ${backend.pid}::int
        AND extract(epoch FROM backend_start)::text = ${backend.startedAt})`.execute(
    db.withoutPlugins(),
  )
  return rows[0]?.status ?? null
}
