import type { PlannedMigration } from '../plan/migration-plan.js'
import { writeNotBegun, writeStillApplied } from '../registry/history-states.js'
import { writeApplied } from '../registry/history-writes.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { executeWrites } from '../registry/progress.js'
import type { MigrationScript } from '../script/migration-script.js'
import { applyCode } from './apply-code.js'
import { applyCodeOutside } from './apply-code-outside.js'
import { applyParts } from './apply-parts.js'
import { applySql } from './apply-sql.js'
import { overtaken } from './close-transaction.js'
import { forgetPrepared } from './forget-prepared.js'
import type { MigrationSession } from './migration-session.js'
import { migrationSettings } from './module-settings.js'
import { restoreSchema } from './restore-schema.js'
import type { RunContext } from './run-context.js'
import { partsOf } from './script-parts.js'

/** A step of a plan, with what is needed to run it. */
export interface StepWork {
  readonly step: PlannedMigration
  /** What the registry has of it. */
  readonly record: MigrationRecord | undefined
  /** `undefined` for code. */
  readonly script: MigrationScript | undefined
}

/**
 * Runs one migration, all of it.
 *
 * @returns milliseconds
 */
export async function runMigration(
  session: MigrationSession,
  context: RunContext,
  work: StepWork,
): Promise<number> {
  const durationMs = await run(session, context, work)
  await forgetPrepared(session, work.step.migration)
  return durationMs
}

async function run(
  session: MigrationSession,
  context: RunContext,
  { step, record, script }: StepWork,
): Promise<number> {
  const { migration, reason } = step
  await restoreSchema(session, context, migration)
  const settings = await migrationSettings(session, context, migration)
  const write = { migration, downText: script?.downText, reason, run: context.run }
  if (script === undefined) {
    const program = await migration.code()
    if (migration.metadata.transaction === false) {
      return await applyCodeOutside(session, context, {
        migration,
        settings,
        code: (db) => program.up(db),
        direction: 'up',
        begin: reason === 'resume' ? undefined : writeApplied({ ...write, state: 'running' }),
        finish: (durationMs) => writeApplied({ ...write, reason: 'resume', durationMs }),
      })
    }
    const writes = writeApplied(write)
    return await applyCode(session, context, {
      migration,
      settings,
      code: (db) => program.up(db),
      writes,
    })
  }
  const parts = partsOf(script.up, migration.metadata)
  const [first, ...others] = parts
  if (first === undefined) {
    // A text of comments alone.
    const isWritten = await executeWrites(session.db, writeApplied({ ...write, durationMs: 0 }))
    if (!isWritten) throw overtaken(migration.module)
    return 0
  }
  if (first.kind === 'transaction' && others.length === 0 && reason !== 'resume') {
    const { statements } = first
    return await applySql(session, context, {
      migration,
      settings,
      statements,
      writes: writeApplied(write),
    })
  }
  return await applyParts(session, context, {
    migration,
    settings,
    parts,
    direction: 'up',
    begin: reason === 'resume' ? undefined : writeApplied({ ...write, state: 'running' }),
    finish: (durationMs) => writeApplied({ ...write, reason: 'resume', durationMs }),
    withdraw: record?.state === 'applied' ? writeStillApplied(record) : writeNotBegun(migration),
  })
}
