import { higherVersion, isInRange } from '../version/version-range.js'
import type { PendingNode } from './pending-node.js'

/** Between which migrations of a module its version satisfies a range. */
export interface RangeGate {
  readonly isMet: boolean
  /** The migration with which it does; `undefined` where it does already. */
  readonly opens: PendingNode | undefined
  /** The first one after with which it no longer does. */
  readonly closes: PendingNode | undefined
  /** What the module has now and goes through in this run, rising. */
  readonly versions: readonly string[]
}

/** Follows the version of a module through what is to be run of it. */
export function rangeGate(
  applied: string | undefined,
  nodes: readonly PendingNode[],
  range: string,
): RangeGate {
  const versions = applied === undefined ? [] : [applied]
  let isMet = applied !== undefined && isInRange(applied, range)
  let opens: PendingNode | undefined
  let version = applied
  for (const node of nodes) {
    const next = higherVersion(version, node.migration.metadata.version)
    if (next === undefined || next === version) continue
    version = next
    versions.push(next)
    const isInside = isInRange(next, range)
    if (isMet && !isInside) return { isMet, opens, closes: node, versions }
    if (!isMet && isInside) opens = node
    isMet = isInside
  }
  return { isMet, opens, closes: undefined, versions }
}
