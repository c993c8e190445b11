import { PlataformaError } from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { Ground } from '../../ground/ground.js'
import type { MigrationDatabase } from '../../migration/migration.js'
import { codeHandle } from './code-handle.js'
import { CodeSession, type Lease, settled } from './code-session.js'

export interface RunCodeOptions {
  /** Refuses further queries of the code; who aborts cancels the one that runs. */
  readonly signal?: AbortSignal | undefined
  /** What is run before a column is dropped, renamed or given another type. */
  readonly releaseStatement?: Ground['releaseStatement'] | undefined
  /**
   * Given where no transaction is open: one of the code is then a real one, what is outside of them
   * commits by itself, and this is called before each COMMIT.
   */
  readonly closeTransaction?: (() => Promise<void>) | undefined
  /** Is run after statements that may have changed the role, and fails where one has. */
  readonly checkText?: string | undefined
  /** The schema that the module is, where somebody else makes and keeps it. */
  readonly ownSchema?: string | undefined
}

/**
 * Runs `up` or `down` of a code migration on a held session, with an open transaction unless the
 * options say otherwise, and comes back when nothing of it is under way any more. The transaction
 * stays open, whatever happens.
 *
 * @throws whatever the code throws
 * @throws PlataformaError `PLT_MIGRATION_NOT_AWAITED`, `PLT_TRANSACTION_ABORTED`,
 *   `PLT_MIGRATION_FAILED`
 */
export async function runCode(
  session: Kysely<unknown>,
  code: (db: MigrationDatabase) => unknown,
  options: RunCodeOptions = {},
): Promise<void> {
  const own = new CodeSession(session, options)
  let left: readonly Lease[] = []
  try {
    await code(codeHandle(own))
  } finally {
    // Streams and transactions that have ended give their connection back a moment later.
    await settled()
    left = own.leases
    await own.close()
  }
  if (own.violation !== undefined) throw own.violation
  if (left.length > 0) throw notAwaited(left, own.late)
  if (own.abortedBy !== undefined) throw aborted(own.abortedBy)
}

const SHOWN = 200

function notAwaited(left: readonly Lease[], cause: unknown): PlataformaError {
  const [first] = left
  const shown = first?.text === undefined ? '' : `: ${first.text.slice(0, SHOWN)}`
  const what =
    first?.savepoint === undefined
      ? 'a query was not awaited, or a stream not read to its end'
      : 'a transaction was not ended'
  return new PlataformaError(
    'PLT_MIGRATION_NOT_AWAITED',
    `The code returned while ${what}${shown}`,
    {
      remedy: 'Await every query, stream and transaction before `up` or `down` returns.',
      ...(cause === undefined ? {} : { cause }),
      details: { count: left.length },
    },
  )
}

function aborted(cause: unknown): PlataformaError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new PlataformaError(
    'PLT_TRANSACTION_ABORTED',
    `A query of the code failed, and the code went on: ${text}`,
    { cause, remedy: 'Put what may fail into `db.transaction()`, or let its error through.' },
  )
}
