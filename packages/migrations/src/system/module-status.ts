import type { KeyAcrossTenants } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { appliedVersion, chainOf } from '../plan/module-chain.js'
import { type ModuleState, modulesOf } from '../plan/module-state.js'
import { PlanFindings } from '../plan/plan-findings.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type {
  AppliedMigration,
  HalfDoneMigration,
  ModuleReport,
  PendingMigration,
} from './migration-reports.js'

export interface ModuleStatusInput {
  readonly module: string
  readonly migrations: readonly Migration[]
  readonly records: readonly MigrationRecord[]
  /** Tables of the module with the tenant column that no policy protects. */
  readonly unprotected: readonly string[]
  /** Of all modules. */
  readonly keys: readonly KeyAcrossTenants[]
  /** Of the module, by name. */
  readonly halfDone: ReadonlyMap<string, HalfDoneMigration>
}

/**
 * How the migrations of one module stand: what is applied in the order in which it was, what is
 * pending in the order in which it will run. A repeatable one whose text has changed is in both;
 * one that is half done is pending.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export function moduleStatus(input: ModuleStatusInput): ModuleReport {
  const { module, unprotected, keys, halfDone } = input
  const state: ModuleState = modulesOf(input).get(module) ?? {
    module,
    migrations: [],
    records: new Map(),
  }
  const findings = new PlanFindings()
  const { nodes } = chainOf(state, findings)
  const pending = [...unfinished(state), ...nodes.map(({ migration }) => toPending(migration))].map(
    (one) => withHalfDone(one, halfDone.get(one.name)),
  )
  const outlooks = new Set([...halfDone.values()].map(({ outlook }) => outlook))
  return {
    module,
    version: appliedVersion(state) ?? null,
    state: stateOf(outlooks, findings, pending.length > 0),
    applied: [...state.records.values()]
      .filter((record) => record.state === 'applied')
      .sort((a, b) => a.position - b.position)
      .map(toApplied),
    pending,
    unprotected: [...unprotected].sort(),
    keysAcrossTenants: keys.filter((key) => key.module === module),
    warnings: findings.warnings(),
  }
}

function stateOf(
  outlooks: ReadonlySet<HalfDoneMigration['outlook']>,
  findings: PlanFindings,
  isPending: boolean,
): ModuleReport['state'] {
  if (findings.isStuck || outlooks.has('needs-attention')) return 'needs-attention'
  if (findings.isChanged || outlooks.has('changed')) return 'changed'
  if (outlooks.has('resumable') || outlooks.has('file-missing')) return 'half-done'
  return isPending ? 'pending' : 'current'
}

function withHalfDone(
  pending: PendingMigration,
  halfDone: HalfDoneMigration | undefined,
): PendingMigration {
  return halfDone === undefined ? pending : { ...pending, halfDone }
}

/** What was begun and is in no file, or nobody can go on with. */
function unfinished({ migrations, records }: ModuleState): PendingMigration[] {
  const files = new Set(migrations.map(({ name }) => name))
  return [...records.values()]
    .filter(({ name, state }) =>
      state === 'applied' ? false : state === 'needs-attention' || !files.has(name),
    )
    .sort((a, b) => a.position - b.position)
    .map(({ name, version }) => ({ name, version: version ?? null }))
}

function toPending({ name, metadata: { version } }: Migration): PendingMigration {
  return { name, version: version ?? null }
}

function toApplied(record: MigrationRecord): AppliedMigration {
  const { name, version, checksum, appliedAt, durationMs } = record
  return {
    name,
    version: version ?? null,
    checksum: checksum ?? null,
    appliedAt: appliedAt.toISOString(),
    durationMs,
  }
}
