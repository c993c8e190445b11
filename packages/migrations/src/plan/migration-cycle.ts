import { PlataformaError } from '@plataforma/core'
import type { Edge, PendingNode } from './pending-node.js'
import { shownMigration } from './plan-refusals.js'

/** The error for a node that comes after itself, with the shortest way around. */
export function cycleError(start: PendingNode): PlataformaError {
  const edges = shortestWayAround(start)
  const lines: string[] = []
  let node = start
  for (const [index, edge] of edges.entries()) {
    const isOrder = edge.kind === 'order'
    // Of a walk through a module only its ends matter.
    if (!isOrder || edges[index - 1]?.kind !== 'order') lines.push(`  ${shown(node)}`)
    if (!isOrder || edges[index + 1]?.kind !== 'order') lines.push(`    ${reason(edge)}`)
    node = edge.node
  }
  lines.push(`  ${shown(start)}`)
  const path = edges.map(({ node: { migration } }) => migration)
  return new PlataformaError(
    'PLT_MIGRATION_CYCLE',
    `Migrations depend on each other in a circle:\n${lines.join('\n')}`,
    {
      module: start.migration.module,
      remedy: remedyFor(start, edges),
      details: { path: path.map(({ module, name, place }) => ({ module, name, file: place })) },
    },
  )
}

function shown(node: PendingNode): string {
  return shownMigration(node.migration)
}

function reason({ kind, dependency, node }: Edge): string {
  const { module, name } = node.migration
  if (kind === 'needs') return `needs "${dependency?.text}":`
  if (kind === 'order') return `comes after ${name} in ${module}:`
  return `would leave the range "${dependency?.text}" that this one needs:`
}

function remedyFor(start: PendingNode, edges: readonly Edge[]): string {
  let node = start
  for (const edge of edges) {
    const { module, name } = node.migration
    if (edge.node === node) return `Take "${edge.dependency?.text}" out of ${module}:${name}.`
    if (edge.kind === 'needs') {
      return `Take one of these dependencies out, or split ${module}:${name}: what needs "${edge.dependency?.text}" goes into a later migration, and the others name the earlier one.`
    }
    node = edge.node
  }
  return 'Take one of these dependencies out.'
}

/** Breadth first from a node on a cycle, back to it. */
function shortestWayAround(start: PendingNode): readonly Edge[] {
  const cameBy = new Map<PendingNode, { readonly from: PendingNode; readonly edge: Edge }>()
  const reached = new Set([start])
  for (const node of reached) {
    for (const edge of node.after) {
      if (edge.node === start) return wayTo(node, cameBy, edge)
      if (reached.has(edge.node)) continue
      reached.add(edge.node)
      cameBy.set(edge.node, { from: node, edge })
    }
  }
  return []
}

function wayTo(
  end: PendingNode,
  cameBy: ReadonlyMap<PendingNode, { readonly from: PendingNode; readonly edge: Edge }>,
  last: Edge,
): readonly Edge[] {
  const edges = [last]
  for (let at = cameBy.get(end); at !== undefined; at = cameBy.get(at.from)) edges.push(at.edge)
  return edges.reverse()
}
