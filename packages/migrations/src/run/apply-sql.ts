import type { LocalSetting } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import type { ScriptStatement } from '../script/migration-script.js'
import { composeScript, type ScriptText } from './compose-script.js'
import { identityOf } from './identity.js'
import { isForgotten } from './is-forgotten.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'
import { statementPlace } from './statement-place.js'
import { runTransaction } from './transaction.js'

/** Statements that run as one transaction, and what is written down of them. */
export interface SqlTransaction {
  readonly migration: Migration
  readonly settings: readonly LocalSetting[]
  readonly statements: readonly ScriptStatement[]
  readonly writes: HistoryWrites
  /** Whether there is more of the migration. */
  readonly isPart?: boolean
}

/**
 * Runs statements of a migration in one transaction with the registry.
 *
 * @returns milliseconds
 * @throws PlataformaError `PLT_MIGRATION_FAILED`
 */
export async function applySql(
  session: MigrationSession,
  context: RunContext,
  { migration, settings, statements, writes, isPart }: SqlTransaction,
): Promise<number> {
  const identity = identityOf(session, settings)
  const { releaseStatement, isIsolated: isSealed } = context.ground
  const apply = async (marks: boolean) => {
    const composing = { settings, identity, isSealed, releaseStatement, marks }
    const { texts, mayForget } = composeScript(statements, composing)
    let at: ScriptText | undefined
    return await runTransaction(session, context, {
      migration,
      isPart,
      writes,
      mayForget,
      identity,
      body: async () => {
        for (at of texts) await session.script(at.text)
      },
      explain: async (error) => {
        const place = at && (await statementPlace(session, at, error))
        if (session.signal?.aborted || (marks && isForgotten(error))) return error
        // The last statement's mark stands until what was deferred is checked.
        const isOver = place !== undefined && place.statement === at?.statements.length
        const isDeferred = isOver || (at?.statements.length === 0 && at === texts.at(-1))
        return migrationFailed(error, {
          migration,
          offset: place?.offset,
          ...(isDeferred ? { during: 'when what was deferred was checked' } : {}),
        })
      },
    })
  }
  try {
    return await apply(true)
  } catch (error) {
    if (!isForgotten(error)) throw error
    // A function has taken away all that is prepared, which is its right.
    await session.forget()
    return await apply(false)
  }
}
