import type { Migration } from '../migration/migration.js'
import { compareNames } from '../migration/migration-name.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { higherVersion } from '../version/version-range.js'
import { isChanged } from './changed-migrations.js'
import type { PlannedMigration } from './migration-plan.js'
import type { ModuleState } from './module-state.js'
import type { PendingNode } from './pending-node.js'
import type { PlanFindings } from './plan-findings.js'

/** What of a module is to be run, in its order: repeatable migrations last. */
export interface ModuleChain {
  readonly module: string
  readonly nodes: readonly PendingNode[]
  /** The last node that is not repeatable. */
  readonly lastOrdinary: PendingNode | undefined
}

/**
 * The chain of a module. Of what is applied and unchanged no metadata is read.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export function chainOf(state: ModuleState, findings: PlanFindings): ModuleChain {
  const ordinary: PendingNode[] = []
  const repeatable: PendingNode[] = []
  let recorded = 0
  for (const migration of state.migrations) {
    const record = state.records.get(migration.name)
    if (record !== undefined) recorded++
    const reason = reasonToRun(migration, record, findings)
    if (reason === undefined) continue
    const nodes = migration.metadata.repeatable ? repeatable : ordinary
    nodes.push({ migration, reason, after: [], isPlanned: false, place: undefined })
  }
  if (recorded < state.records.size) findMissing(state, findings)
  const nodes = [...inOrder(ordinary), ...inOrder(repeatable)]
  let before: PendingNode | undefined
  for (const node of nodes) {
    // An array literal is as long as it has to be; the first push makes room for seventeen.
    if (before !== undefined) node.after = [{ node: before, kind: 'order' }]
    before = node
  }
  return {
    module: state.module,
    nodes,
    lastOrdinary: ordinary.at(-1),
  }
}

function reasonToRun(
  migration: Migration,
  record: MigrationRecord | undefined,
  findings: PlanFindings,
): PlannedMigration['reason'] | undefined {
  if (record === undefined) return 'new'
  if (record.state === 'needs-attention') {
    findings.stuck(record)
    return undefined
  }
  if (record.state !== 'applied') return 'resume'
  if (!isChanged(migration, record)) return undefined
  if (record.repeatable && migration.metadata.repeatable) return 'again'
  if (record.kind === 'sql') {
    findings.changed({ migration, record })
    return undefined
  }
  const { module, name } = record
  findings.warn({
    kind: 'code-changed',
    module,
    name,
    message: `${module}:${name} (${migration.place}) is other code than was applied.`,
  })
  return undefined
}

function inOrder(nodes: PendingNode[]): PendingNode[] {
  return nodes.sort((a, b) => compareNames(a.migration.name, b.migration.name))
}

function findMissing({ module, migrations, records }: ModuleState, findings: PlanFindings): void {
  const found = new Set(migrations.map(({ name }) => name))
  const unapplied = new Map(
    migrations.filter(({ name }) => !records.has(name)).map((m) => [m.checksum, m.name]),
  )
  for (const record of records.values()) {
    if (found.has(record.name)) continue
    if (record.state === 'needs-attention') findings.stuck(record)
    else if (record.state !== 'applied') findings.lost(record)
    else {
      const twin = record.checksum === undefined ? undefined : unapplied.get(record.checksum)
      const renamed = twin === undefined ? '' : ` ${twin} has the same text: was it renamed?`
      findings.warn({
        kind: 'file-missing',
        module,
        name: record.name,
        message: `${module}:${record.name} is applied and its file is gone.${renamed}`,
      })
    }
  }
}

/** The highest version among what is applied of a module. */
export function appliedVersion({ records }: ModuleState): string | undefined {
  let version: string | undefined
  for (const record of records.values()) {
    if (record.state === 'applied') version = higherVersion(version, record.version)
  }
  return version
}
