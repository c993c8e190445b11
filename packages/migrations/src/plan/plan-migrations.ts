import type { Migration } from '../migration/migration.js'
import { compareNames, compareText } from '../migration/migration-name.js'
import { isInRange } from '../version/version-range.js'
import type { MigrationPlan, PlanInput, PlannedMigration } from './migration-plan.js'
import { type ModuleState, modulesOf } from './module-state.js'
import { orderNodes } from './order-nodes.js'
import type { Edge, PendingNode } from './pending-node.js'
import { PlanFindings } from './plan-findings.js'
import { PlanGraph } from './plan-graph.js'
import {
  outOfOrder,
  shownMigration,
  unknownModule,
  unsupported,
  unwritten,
} from './plan-refusals.js'

/**
 * What a run would do: pure, and the same whatever the order of its input. With `modules`, what
 * these need of others is planned as well, up to the migrations they need. Migrations in files of
 * code have metadata once their `code()` has answered: await it of each that is not applied.
 *
 * @throws PlataformaError `PLT_MIGRATION_CHANGED`, `PLT_MIGRATION_CYCLE`,
 *   `PLT_MIGRATION_DEPENDENCY`, `PLT_MIGRATION_INVALID`,
 *   `PLT_MIGRATION_NEEDS_ATTENTION`, `PLT_MIGRATION_NOT_FOUND`, `PLT_MIGRATION_OUT_OF_ORDER`,
 *   `PLT_MIGRATION_UNSUPPORTED`
 * @example
 * const migrations = listMigrations({ directory: './migrations' })
 * planMigrations({ migrations, records: [], outOfOrder: 'error', serverVersion: 180_000 }).steps
 */
export function planMigrations(input: PlanInput): MigrationPlan {
  const modules = modulesOf(input)
  const findings = new PlanFindings()
  const graph = new PlanGraph(modules, findings)
  const roots = selected(input.modules, modules).flatMap((state) => graph.chain(state).nodes)
  findings.refuse()
  const nodes = graph.closure(roots)
  findings.refuse()
  checkWritten(nodes)
  checkOrder(nodes, modules, { policy: input.outOfOrder, findings })
  checkServer(nodes, input.serverVersion)
  return { steps: stepsOf(orderNodes(nodes)), warnings: findings.warnings() }
}

function selected(
  names: readonly string[] | undefined,
  modules: ReadonlyMap<string, ModuleState>,
): readonly ModuleState[] {
  return [...new Set(names ?? modules.keys())].sort(compareText).map((name) => {
    const state = modules.get(name)
    if (state === undefined) throw unknownModule(name, modules.keys())
    return state
  })
}

function stepsOf(nodes: readonly PendingNode[]): PlannedMigration[] {
  return nodes.map(({ migration, reason, after }) => ({
    migration,
    reason,
    after: placesOf(after),
  }))
}

function placesOf(after: readonly Edge[]): readonly number[] {
  const places = after.map(({ node }) => node.place ?? -1)
  // Most come after one only.
  return places.length < 2 ? places : [...new Set(places)].sort((a, b) => a - b)
}

interface OrderCheck {
  readonly policy: PlanInput['outOfOrder']
  readonly findings: PlanFindings
}

function checkOrder(
  nodes: readonly PendingNode[],
  modules: ReadonlyMap<string, ModuleState>,
  { policy, findings }: OrderCheck,
): void {
  if (policy === 'allow') return
  const applied = lastApplied(modules)
  if (applied.size === 0) return
  const late: Migration[] = []
  for (const { migration, reason } of nodes) {
    const last = applied.get(migration.module)
    if (last === undefined || reason !== 'new' || migration.metadata.repeatable) continue
    if (compareNames(migration.name, last) < 0) late.push(migration)
  }
  late.sort((a, b) => compareText(a.module, b.module) || compareNames(a.name, b.name))
  if (late.length > 0 && policy === 'error') throw outOfOrder(late, applied)
  for (const migration of late) {
    const { module, name } = migration
    findings.warn({
      kind: 'out-of-order',
      module,
      name,
      message: `${shownMigration(migration)} stands before ${applied.get(module)}, which is applied.`,
    })
  }
}

/** The last applied migration that is not repeatable, of each module that has one. */
function lastApplied(modules: ReadonlyMap<string, ModuleState>): ReadonlyMap<string, string> {
  const applied = new Map<string, string>()
  for (const { module, records } of modules.values()) {
    for (const { name, state, repeatable } of records.values()) {
      if (state !== 'applied' || repeatable) continue
      const last = applied.get(module)
      if (last === undefined || compareNames(last, name) < 0) applied.set(module, name)
    }
  }
  return applied
}

function checkWritten(nodes: readonly PendingNode[]): void {
  const empty = nodes.filter(
    ({ migration, reason }) => reason !== 'resume' && migration.isUnwritten,
  )
  if (empty.length > 0) throw unwritten(empty.map(({ migration }) => migration))
}

function checkServer(nodes: readonly PendingNode[], serverVersion: number): void {
  const version = `${Math.trunc(serverVersion / 10_000)}.${serverVersion % 10_000}`
  const refused: { migration: Migration; range: string }[] = []
  for (const { migration } of nodes) {
    const { pg } = migration.metadata
    if (pg === undefined || isInRange(`${version}.0`, pg)) continue
    refused.push({ migration, range: pg })
  }
  if (refused.length > 0) throw unsupported(refused, version)
}
