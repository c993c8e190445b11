import type { Dependency } from '../migration/dependency.js'
import type { Migration } from '../migration/migration.js'
import type { PlannedMigration } from './migration-plan.js'

/** A migration that is to be run: a node of the graph. */
export interface PendingNode {
  readonly migration: Migration
  readonly reason: PlannedMigration['reason']
  /** What has to be run before, as far as it is to be run at all. */
  after: Edge[]
  /** Whether it is part of the plan: a module may have more that nobody needs. */
  isPlanned: boolean
  /** Its place in the plan, once it has one. */
  place: number | undefined
}

/** Why one node comes after another. */
export interface Edge {
  readonly node: PendingNode
  /**
   * `order`: it stands before in the same module; `needs`: the dependency asks for it; `leaves`: the
   * node would take the version out of the range that the other one depends on.
   */
  readonly kind: 'order' | 'needs' | 'leaves'
  readonly dependency?: Dependency
}
