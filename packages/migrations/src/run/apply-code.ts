import { type LocalSetting, PlataformaError } from '@plataforma/core'
import type { Migration, MigrationDatabase } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import { beginText, closingText } from './compose-script.js'
import { codeCheck, identityOf } from './identity.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import { ownSchemaOf } from './own-schema-of.js'
import type { RunContext } from './run-context.js'
import { runTransaction } from './transaction.js'

export interface CodeWork {
  readonly migration: Migration
  readonly settings: readonly LocalSetting[]
  /** The `up` or `down` of the program. */
  readonly code: (db: MigrationDatabase) => Promise<unknown>
  readonly writes: HistoryWrites
}

/**
 * Runs a function of a program in one transaction with its row of the history.
 *
 * @returns milliseconds
 * @throws PlataformaError `PLT_MIGRATION_FAILED`, `PLT_MIGRATION_NOT_AWAITED`
 */
export async function applyCode(
  session: MigrationSession,
  context: RunContext,
  { migration, settings, code, writes }: CodeWork,
): Promise<number> {
  const identity = identityOf(session, settings)
  return await runTransaction(session, context, {
    migration,
    writes,
    mayForget: true,
    identity,
    body: async () => {
      await session.script(beginText(settings))
      const { runCode } = await import('./code/run-code.js')
      const { signal } = session
      const { releaseStatement } = context.ground
      const ownSchema = ownSchemaOf(context, migration)
      const checkText = codeCheck(identity)
      await session.abortable(() =>
        runCode(session.db, code, { signal, releaseStatement, checkText, ownSchema }),
      )
      await session.script(closingText(identity))
    },
    explain: async (error) => {
      const isOurs = error instanceof PlataformaError && error.code === 'PLT_MIGRATION_NOT_AWAITED'
      return session.signal?.aborted || isOurs ? error : migrationFailed(error, { migration })
    },
  })
}
