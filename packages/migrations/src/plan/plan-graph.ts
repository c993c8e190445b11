import type { Dependency } from '../migration/dependency.js'
import { missingMigration, missingModule, unmetRange } from './dependency-refusals.js'
import { appliedVersion, chainOf, type ModuleChain } from './module-chain.js'
import type { ModuleState } from './module-state.js'
import type { PendingNode } from './pending-node.js'
import type { PlanFindings } from './plan-findings.js'
import { type RangeGate, rangeGate, type VersionStep, versionSteps } from './range-gate.js'

/** What is to be run, and what has to be run before each: built from where it is asked for. */
export class PlanGraph {
  readonly #modules: ReadonlyMap<string, ModuleState>
  readonly #findings: PlanFindings
  readonly #chains = new Map<string, ModuleChain>()
  readonly #nodes = new Map<ModuleState, ReadonlyMap<string, PendingNode>>()
  readonly #versions = new Map<ModuleState, Versioning>()

  constructor(modules: ReadonlyMap<string, ModuleState>, findings: PlanFindings) {
    this.#modules = modules
    this.#findings = findings
  }

  /** What is to be run of a module, as far as it is known here. */
  chain(state: ModuleState): ModuleChain {
    let chain = this.#chains.get(state.module)
    if (chain === undefined) {
      chain = chainOf(state, this.#findings)
      this.#chains.set(state.module, chain)
    }
    return chain
  }

  /**
   * These nodes and all that they need, with their edges.
   *
   * @throws PlataformaError `PLT_MIGRATION_DEPENDENCY`
   */
  closure(roots: readonly PendingNode[]): readonly PendingNode[] {
    const found = [...roots]
    for (const node of found) node.isPlanned = true
    // The loop goes on over what is added to the list meanwhile.
    for (const node of found) {
      for (const dependency of node.migration.metadata.dependencies) this.#connect(node, dependency)
      for (const { node: earlier, kind } of node.after) {
        if (earlier.isPlanned || kind === 'leaves') continue
        earlier.isPlanned = true
        found.push(earlier)
      }
    }
    return found
  }

  #connect(node: PendingNode, dependency: Dependency): void {
    const { migration } = node
    const state = this.#modules.get(dependency.module)
    if (state === undefined) {
      throw missingModule({ migration, dependency }, this.#modules.keys())
    }
    if (dependency.range !== undefined) {
      this.#connectRange(node, dependency, state)
      return
    }
    const earlier =
      dependency.name === undefined
        ? this.chain(state).lastOrdinary
        : this.#named(node, dependency, state)
    if (earlier !== undefined) node.after.push({ node: earlier, kind: 'needs', dependency })
  }

  #named(node: PendingNode, dependency: Dependency, state: ModuleState): PendingNode | undefined {
    const record = state.records.get(dependency.name ?? '')
    if (record?.state === 'applied' && !record.repeatable) return undefined
    const earlier = this.#nodeNamed(dependency.name ?? '', state)
    if (earlier === undefined && record === undefined) {
      throw missingMigration({ migration: node.migration, dependency }, state)
    }
    return earlier
  }

  #connectRange(node: PendingNode, dependency: Dependency, state: ModuleState): void {
    const { steps, gates } = this.#versioning(state)
    const range = dependency.range ?? '*'
    let gate = gates.get(range)
    if (gate === undefined) {
      gate = rangeGate(steps, range)
      gates.set(range, gate)
    }
    const { opens, closes } = gate
    if (opens === undefined) {
      const versions = steps.map(({ version }) => version)
      throw unmetRange({ migration: node.migration, dependency }, versions)
    }
    if (opens.node !== undefined) node.after.push({ node: opens.node, kind: 'needs', dependency })
    if (closes?.node !== undefined && closes.node !== node) {
      closes.node.after.push({ node, kind: 'leaves', dependency })
    }
  }

  #nodeNamed(name: string, state: ModuleState): PendingNode | undefined {
    let nodes = this.#nodes.get(state)
    if (nodes === undefined) {
      nodes = new Map(this.chain(state).nodes.map((node) => [node.migration.name, node]))
      this.#nodes.set(state, nodes)
    }
    return nodes.get(name)
  }

  #versioning(state: ModuleState): Versioning {
    let versioning = this.#versions.get(state)
    if (versioning === undefined) {
      const steps = versionSteps(appliedVersion(state), this.chain(state).nodes)
      versioning = { steps, gates: new Map() }
      this.#versions.set(state, versioning)
    }
    return versioning
  }
}

interface Versioning {
  readonly steps: readonly VersionStep[]
  readonly gates: Map<string, RangeGate>
}
