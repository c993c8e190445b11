import { type LocalSetting, PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { type AppliedWrite, writeApplied } from '../registry/history-writes.js'
import { beginText, closingText } from './compose-script.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'
import { runTransaction } from './transaction.js'

export interface CodeWork {
  readonly migration: Migration
  readonly settings: readonly LocalSetting[]
  readonly write: AppliedWrite
}

/**
 * Runs the `up` of a program in one transaction with its row of the history.
 *
 * @returns milliseconds
 * @throws PlataformaError `PLT_MIGRATION_FAILED`, `PLT_MIGRATION_NOT_AWAITED`
 */
export async function applyCode(
  session: MigrationSession,
  context: RunContext,
  { migration, settings, write }: CodeWork,
): Promise<number> {
  const { module, name, metadata } = migration
  const code = await migration.code()
  return await runTransaction(session, context, {
    module,
    name,
    metadata,
    writes: writeApplied(write),
    body: async () => {
      await session.script(beginText(settings))
      const { runCode } = await import('./code/run-code.js')
      const { signal } = session
      await session.abortable(() => runCode(session.db, (db) => code.up(db), { signal }))
      await session.script(closingText())
    },
    explain: async (error) => {
      const isOurs = error instanceof PlataformaError && error.code === 'PLT_MIGRATION_NOT_AWAITED'
      return session.signal?.aborted || isOurs ? error : migrationFailed(error, { migration })
    },
  })
}
