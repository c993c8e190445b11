import { PlataformaError } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'
import type { Migration } from '../../migration/migration.js'
import { isChanged } from '../../plan/changed-migrations.js'
import { needsAttention } from '../../plan/plan-findings.js'
import type { MigrationRecord } from '../../registry/migration-record.js'
import { readProgress } from '../../registry/progress.js'
import type { HalfDoneMigration } from '../../system/migration-reports.js'
import { DEPLOYER_LOCK } from '../lock-key.js'
import { readScript, type ScriptRules } from '../read-script.js'
import { type BegunText, readBegun } from './begun-text.js'
import { editRefusal } from './edited-begun.js'
import { remedyFor } from './half-done-remedy.js'

export interface HalfDoneFinding {
  readonly record: MigrationRecord
  readonly report: HalfDoneMigration
  /** The error that a run would stop with. */
  readonly refusal: PlataformaError | undefined
}

export interface HalfDoneQuestion {
  readonly migrations: readonly Migration[]
  /** Those that are not half done are left out. */
  readonly records: readonly MigrationRecord[]
  readonly rules: ScriptRules
}

/** How far half-done migrations came, and what becomes of them; only looks. */
export async function readHalfDone(
  db: Kysely<unknown>,
  { migrations, records, rules }: HalfDoneQuestion,
): Promise<readonly HalfDoneFinding[]> {
  const begun = records.filter(({ state }) => state !== 'applied')
  if (begun.length === 0) return []
  const isRunning = await isLocked(db)
  const findings: HalfDoneFinding[] = []
  for (const record of begun) {
    const { module, name } = record
    const file = migrations.find((one) => one.module === module && one.name === name)
    findings.push(await lookAt(db, { record, file, rules, isRunning }))
  }
  return findings
}

interface Looked {
  readonly record: MigrationRecord
  readonly file: Migration | undefined
  readonly rules: ScriptRules
  /** Whether a process migrates now. */
  readonly isRunning: boolean
}

async function lookAt(db: Kysely<unknown>, looked: Looked): Promise<HalfDoneFinding> {
  const { record, file, rules, isRunning } = looked
  const direction = record.state === 'undoing' ? 'down' : 'up'
  const { module, name } = record
  const begun =
    record.kind === 'sql' ? await readBegun(db, record, { direction, rules }) : undefined
  const at = {
    direction,
    done: begun?.done ?? null,
    of: begun?.of ?? null,
    line: begun?.statements[begun.done]?.line ?? null,
  } as const
  const isUnknown =
    record.state === 'needs-attention' ||
    (begun === undefined
      ? (await readProgress(db, { module, name, direction })).size > 0
      : begun.begun?.kind === 'unknown')
  const found = (outlook: HalfDoneMigration['outlook'], refusal?: PlataformaError) => ({
    record,
    refusal,
    report: { ...at, outlook, remedy: remedyFor(at, outlook, refusal) },
  })
  if (isRunning) return found('running')
  if (isUnknown) return found('needs-attention', needsAttention([record]))
  if (direction === 'down') return found('resumable')
  if (file === undefined) return found('file-missing')
  const refusal = await refusalOf({ ...looked, file }, begun)
  return refusal === undefined ? found('resumable') : found('changed', refusal)
}

async function refusalOf(
  { record, file: migration, rules }: Looked & { readonly file: Migration },
  begun: BegunText | undefined,
): Promise<PlataformaError | undefined> {
  if (!isChanged(migration, record)) return undefined
  try {
    const script = await readScript(migration, rules)
    return editRefusal({ migration, record, begun, statements: script?.up ?? [] })
  } catch (error) {
    if (error instanceof PlataformaError) return error
    throw error
  }
}

async function isLocked(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND l.classid = ${DEPLOYER_LOCK.space}::bigint::oid
      AND l.objid = ${DEPLOYER_LOCK.key}::bigint::oid`.execute(db)
  return rows.length > 0
}
