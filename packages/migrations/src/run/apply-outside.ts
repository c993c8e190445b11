import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalSetting, PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import { escapeLiteral } from 'pg'
import type { Migration } from '../migration/migration.js'
import { showPlace } from '../place/text-place.js'
import { unitsOf } from '../place/units-of.js'
import { writeNeedsAttention } from '../registry/history-states.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import {
  executeWrites,
  type PartKey,
  withdrawProgress,
  writeProgress,
} from '../registry/progress.js'
import type { OutsideEffect, ScriptStatement } from '../script/migration-script.js'
import { BlockerWatch } from './blocker-watch.js'
import { isConnectionLost } from './connection-lost.js'
import { identityCheck, identityOf } from './identity.js'
import { isLate, pauseBefore } from './late.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import { effectToJson } from './outside/effect-json.js'
import { isPatient } from './outside/is-patient.js'
import type { OutsideStep } from './outside/outside-step.js'
import { clearOutside, settleOutside, verifyOutside } from './outside/settle-outside.js'
import { protectCommitted } from './protect-committed.js'
import type { RunContext } from './run-context.js'
import { RESET_SESSION } from './session-settings.js'
import { sqlStateOf } from './sql-state.js'

/** One statement outside of transactions. */
export interface OutsideWork {
  readonly migration: Migration
  readonly settings: readonly LocalSetting[]
  readonly statement: ScriptStatement
  readonly effect: OutsideEffect
  readonly key: PartKey
  /** Whether an earlier run has begun it. */
  readonly isBegun: boolean
  /** Writes down that it is done. */
  readonly ended: () => HistoryWrites
}

/**
 * Runs a statement outside of transactions, written down before and after; one that an earlier run
 * has begun is looked at first.
 *
 * @throws PlataformaError `PLT_MIGRATION_FAILED`, `PLT_MIGRATION_NEEDS_ATTENTION`
 */
export async function applyOutside(
  session: MigrationSession,
  context: RunContext,
  work: OutsideWork,
): Promise<void> {
  const { effect, key, isBegun, ended } = work
  const step: OutsideStep = {
    effect,
    text: work.statement.text,
    schema: context.ground.schemaOf(work.migration.module),
    signal: session.signal,
  }
  if (!isBegun || !(await isSettled(session, work, step))) {
    const begun = writeProgress(key, { state: 'begun', effect: effectToJson(effect) })
    await executeWrites(session.db, begun)
    await runWithRetries(session, context, { work, step })
  }
  if (COMMITS_TABLES.has(effect.kind)) await protectCommitted(session, context, work.migration)
  await executeWrites(session.db, ended())
}

/** A procedure may make tables, and a partition that is let go is a table. */
const COMMITS_TABLES: ReadonlySet<OutsideEffect['kind']> = new Set(['unknown', 'detach-partition'])

async function isSettled(
  session: MigrationSession,
  { migration, statement }: OutsideWork,
  step: OutsideStep,
): Promise<boolean> {
  const { verdict, reason } = await session.abortable(() => settleOutside(step, session.db))
  if (verdict !== 'needs-attention') return verdict === 'done'
  const { module, name, place: file, text = '' } = migration
  await executeWrites(session.db, writeNeedsAttention({ module, name }))
  const place = showPlace({ file, text, offset: statement.offset })
  throw new PlataformaError(
    'PLT_MIGRATION_NEEDS_ATTENTION',
    `Migration ${name} of "${module}" was interrupted in a statement outside of transactions. ${reason}\n${place}`,
    {
      module,
      remedy: 'Look what the statement has done, and say so with `repair`.',
      details: { file, line: statement.line, migration: name },
    },
  )
}

interface Attempted {
  readonly work: OutsideWork
  readonly step: OutsideStep
}

async function runWithRetries(
  session: MigrationSession,
  context: RunContext,
  { work, step }: Attempted,
): Promise<void> {
  const { migration, statement } = work
  const { module, name } = migration
  await clearOutside(step, session.db)
  for (let attempt = 1; ; attempt++) {
    const watch = new BlockerWatch(session, context.ground.db, context.lockTimeoutMs)
    try {
      await session.script(sessionText(work))
      await session.script(statement.text)
      if (work.effect.kind === 'unknown') {
        await session.script(identityCheck(identityOf(session, work.settings)))
        await session.forget()
      }
      await session.script(RESET_SESSION)
      await verifyOutside(step, session.db)
      return
    } catch (error) {
      if (isConnectionLost(error)) throw error
      const isLeft = await leave(session, step)
      if (session.signal?.aborted) throw error
      if (!isLate(error) || attempt > context.lockRetries) {
        if (isLeft && hasNotHappened(step, error)) await withdraw(session, work)
        throw migrationFailed(error, { migration, offset: offsetOf(work, error) })
      }
      const pauseMs = pauseBefore(attempt)
      const { blockers } = watch
      context.onProgress({ kind: 'retrying', module, name, attempt, pauseMs, blockers })
      await sleep(pauseMs, undefined, { signal: session.signal })
    } finally {
      watch.stop()
    }
  }
}

/**
 * What a statement that failed has left is taken away, whether the call was aborted or not.
 *
 * @returns whether it is
 */
async function leave(session: MigrationSession, step: OutsideStep): Promise<boolean> {
  try {
    await sql.raw(RESET_SESSION).execute(session.db)
    await clearOutside({ ...step, signal: undefined }, session.db)
    return true
  } catch {
    // The next run looks at it.
    return false
  }
}

/**
 * Whether the server has refused a statement so that the next run is to run it, not to look for
 * what it is for: an index that was never there is not one that was dropped.
 */
function hasNotHappened({ effect }: OutsideStep, error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state === undefined || effect.kind === 'unknown') return false
  // It commits between its two halves, and waits there.
  return effect.kind !== 'detach-partition' || state.startsWith('42')
}

async function withdraw(session: MigrationSession, { key }: OutsideWork): Promise<void> {
  try {
    await executeWrites(session.db, withdrawProgress(key))
  } catch {
    // The next run looks at it.
  }
}

function sessionText({ settings, effect, migration }: OutsideWork): string {
  const patient = isPatient(effect) && migration.metadata.lockTimeoutMs === undefined
  const calls = settings.map(({ name, value }) => {
    const given = patient && name === 'lock_timeout' ? '0' : value
    return `pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(given)}, false)`
  })
  return `SELECT ${calls.join(', ')}`
}

function offsetOf({ statement }: OutsideWork, error: unknown): number {
  const position =
    error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN
  const into = Number.isInteger(position) ? unitsOf(statement.text, position - 1) : 0
  return statement.offset + into
}
