import type { LocalSetting } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import type { ScriptStatement } from '../script/migration-script.js'
import { composeScript } from './compose-script.js'
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
  const script = composeScript(settings, statements, context.ground.releaseStatement)
  return await runTransaction(session, context, {
    migration,
    isPart,
    writes,
    mayForget: script.mayForget,
    body: () => session.script(script.text),
    explain: async (error) => {
      const { statement, offset } = await statementPlace(session, script, error)
      if (session.signal?.aborted) return error
      const isOver = statement === statements.length
      return migrationFailed(error, {
        migration,
        offset,
        ...(isOver ? { during: 'when what was deferred was checked' } : {}),
      })
    },
  })
}
