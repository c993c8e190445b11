import type { LocalSetting } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import type { ScriptStatement } from '../script/migration-script.js'
import { composeScript, type ScriptText } from './compose-script.js'
import { identityOf } from './identity.js'
import { isForgotten } from './is-forgotten.js'
import { isLate } from './late.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'
import { firstCut, type ScriptCut } from './script-chunks.js'
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
 * Runs statements of a migration in one transaction with the registry; one that is too big for marks
 * and fails without a place runs once more, in parts that tell it.
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
  // Set where it failed, and another cut will tell where.
  let again: ScriptCut | undefined
  const apply = async (cut: ScriptCut) => {
    const composing = { settings, identity, isSealed, releaseStatement, cut }
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
        if (session.signal?.aborted) return error
        const isUnplaced = cut === 'whole' && place?.offset === undefined && !isLate(error)
        again = isUnplaced ? 'marked' : undefined
        if (isUnplaced || (cut === 'marked' && isForgotten(error))) return error
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
  for (let cut = firstCut(statements); ; ) {
    try {
      return await apply(cut)
    } catch (error) {
      // A function has taken away all that is prepared, which is its right.
      const next = again ?? (cut !== 'singly' && isForgotten(error) ? 'singly' : undefined)
      if (next === undefined || session.signal?.aborted) throw error
      if (next === 'singly') await session.forget()
      cut = next
      again = undefined
    }
  }
}
