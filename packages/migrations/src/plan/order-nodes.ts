import { cycleError } from './migration-cycle.js'
import type { PendingNode } from './pending-node.js'

/** Of a node on the way that is being walked. */
const ON_PATH = -1

/**
 * Nodes in an order in which each comes after what it needs, and otherwise as given: depth first,
 * so that a module's migrations stay together where they can. Not recursive: chains are as long as
 * projects are old. Each node is given its place.
 *
 * @throws PlataformaError `PLT_MIGRATION_CYCLE`
 */
export function orderNodes(nodes: readonly PendingNode[]): readonly PendingNode[] {
  const ordered: PendingNode[] = []
  const path: PendingNode[] = []
  /** How many of its edges have been followed, for each node on the path. */
  const followed: number[] = []
  const enter = (node: PendingNode) => {
    node.place = ON_PATH
    path.push(node)
    followed.push(0)
  }
  for (const root of nodes) {
    if (root.place !== undefined) continue
    enter(root)
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const edge = followed[path.length - 1] ?? 0
      const earlier = node.after[edge]?.node
      if (earlier === undefined) {
        node.place = ordered.length
        ordered.push(node)
        path.pop()
        followed.pop()
        continue
      }
      followed[path.length - 1] = edge + 1
      if (earlier.place === ON_PATH) throw cycleError(earlier)
      if (earlier.place === undefined) enter(earlier)
    }
  }
  return ordered
}
