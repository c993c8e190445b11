import { cycleError } from './migration-cycle.js'
import type { PendingNode } from './pending-node.js'

/**
 * Nodes in an order in which each comes after what it needs, and otherwise as given: depth first,
 * so that a module's migrations stay together where they can. Not recursive: chains are as long as
 * projects are old.
 *
 * @returns each node with its place
 * @throws PlataformaError `PLT_MIGRATION_CYCLE`
 */
export function orderNodes(nodes: Iterable<PendingNode>): ReadonlyMap<PendingNode, number> {
  const places = new Map<PendingNode, number>()
  const onPath = new Set<PendingNode>()
  const path: { readonly node: PendingNode; next: number }[] = []
  for (const root of nodes) {
    if (places.has(root)) continue
    path.push({ node: root, next: 0 })
    onPath.add(root)
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const earlier = step.node.after[step.next++]?.node
      if (earlier === undefined) {
        places.set(step.node, places.size)
        onPath.delete(step.node)
        path.pop()
      } else if (onPath.has(earlier)) {
        throw cycleError(earlier)
      } else if (!places.has(earlier)) {
        path.push({ node: earlier, next: 0 })
        onPath.add(earlier)
      }
    }
  }
  return places
}
