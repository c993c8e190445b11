import type { LocalSetting } from '@plataforma/core'
import { sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import {
  clearProgress,
  type Direction,
  executeWrites,
  type PartProgress,
  readProgress,
  writeProgress,
} from '../registry/progress.js'
import { applyOutside } from './apply-outside.js'
import { applySql } from './apply-sql.js'
import { overtaken } from './close-transaction.js'
import { afterOthers } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'
import type { ScriptPart } from './script-parts.js'

/** A migration that is more than one transaction. */
export interface PartedMigration {
  readonly migration: Migration
  readonly settings: readonly LocalSetting[]
  readonly parts: readonly ScriptPart[]
  readonly direction: Direction
  /** Writes down that it begins; `undefined` where it goes on after an interruption. */
  readonly begin: HistoryWrites | undefined
  /** Writes down that all of it is done, after so many milliseconds. */
  readonly finish: (durationMs: number) => HistoryWrites
  /** Takes back what `begin` has written. */
  readonly withdraw: HistoryWrites
}

/**
 * Does the parts of a migration one after the other, each written down, from the first that is not
 * done.
 *
 * @returns milliseconds
 * @throws PlataformaError `PLT_MIGRATION_FAILED`, `PLT_MIGRATION_NEEDS_ATTENTION`
 */
export async function applyParts(
  session: MigrationSession,
  context: RunContext,
  parted: PartedMigration,
): Promise<number> {
  const { migration, parts, direction, begin, finish } = parted
  const { module, name } = migration
  const start = performance.now()
  const key = { module, name, direction }
  const progress = begin === undefined ? await readProgress(session.db, key) : NONE
  if (begin !== undefined && !(await executeWrites(session.db, begin))) throw overtaken(module)
  let isAnyDone = [...progress.values()].some(isPartlyDone)
  for (const [part, work] of parts.entries()) {
    const known = progress.get(part)
    if (known?.state === 'done') continue
    const isLast = part === parts.length - 1
    const ended = () =>
      isLast
        ? sql`${finish(performance.now() - start)}${clearProgress(migration)}`
        : writeProgress({ ...key, part }, { state: 'done' })
    tellStatement(context, parted, part)
    try {
      await doPart(session, context, { ...parted, work: restOf(work, known), part, known, ended })
    } catch (error) {
      // Nothing of it has happened: the corrected file is a new migration.
      if (!isAnyDone && isUndone(work)) await withdraw(session, parted)
      throw isAnyDone && direction === 'up' ? afterOthers(error) : error
    }
    isAnyDone = true
  }
  if (progress.get(parts.length - 1)?.state === 'done') {
    // What was missing was taken out of the file.
    const ended = sql`${finish(performance.now() - start)}${clearProgress(migration)}`
    if (!(await executeWrites(session.db, ended))) throw overtaken(module)
  }
  await sql`DISCARD TEMP`.execute(session.db)
  return performance.now() - start
}

const NONE: ReadonlyMap<number, PartProgress> = new Map()

function isPartlyDone({ state, statements }: PartProgress): boolean {
  return state === 'done' || statements > 0
}

/** What is left of a transaction of which some statements were one of an earlier text. */
function restOf(work: ScriptPart, known: PartProgress | undefined): ScriptPart {
  if (known === undefined || known.statements === 0 || work.kind === 'outside') return work
  return { ...work, statements: work.statements.slice(known.statements) }
}

interface Part extends PartedMigration {
  readonly work: ScriptPart
  readonly part: number
  readonly known: PartProgress | undefined
  readonly ended: () => HistoryWrites
}

async function doPart(session: MigrationSession, context: RunContext, part: Part): Promise<void> {
  const { migration, settings, work, direction, ended } = part
  if (work.kind === 'transaction') {
    const { statements } = work
    const writes = ended()
    await applySql(session, context, { migration, settings, statements, writes, isPart: true })
    return
  }
  const { module, name } = migration
  await applyOutside(session, context, {
    migration,
    settings,
    ...work,
    isBegun: part.known?.state === 'begun',
    key: { module, name, direction, part: part.part },
    ended,
  })
}

function isUndone(work: ScriptPart): boolean {
  return work.kind === 'transaction' || work.effect.kind !== 'unknown'
}

async function withdraw(session: MigrationSession, parted: PartedMigration): Promise<void> {
  try {
    await executeWrites(session.db, parted.withdraw)
  } catch {
    // Where the session is gone, the next run finds it begun and goes on.
  }
}

function tellStatement(
  { onProgress }: RunContext,
  { migration: { module, name }, parts }: PartedMigration,
  part: number,
): void {
  const work = parts[part]
  const statement = work?.kind === 'outside' ? work.statement : work?.statements[0]
  if (statement === undefined) return
  const { line } = statement
  onProgress({ kind: 'statement', module, name, statement: part + 1, of: parts.length, line })
}
