import { higherVersion, isInRange } from '../version/version-range.js'
import type { PendingNode } from './pending-node.js'

/** A version of a module, and the migration that brings it; `undefined` for what is applied. */
export interface VersionStep {
  readonly version: string
  readonly node: PendingNode | undefined
}

/** The version that a module has and those that it goes through in this run, rising. */
export function versionSteps(
  applied: string | undefined,
  nodes: readonly PendingNode[],
): readonly VersionStep[] {
  const steps: VersionStep[] = applied === undefined ? [] : [{ version: applied, node: undefined }]
  let last = applied
  for (const node of nodes) {
    const version = higherVersion(last, node.migration.metadata.version)
    if (version === undefined || version === last) continue
    steps.push({ version, node })
    last = version
  }
  return steps
}

/** Between which migrations of a module its version satisfies a range. */
export interface RangeGate {
  /** The step with which it first does; `undefined` where none does. */
  readonly opens: VersionStep | undefined
  /** The first one after with which it no longer does. */
  readonly closes: VersionStep | undefined
}

export function rangeGate(steps: readonly VersionStep[], range: string): RangeGate {
  let opens: VersionStep | undefined
  for (const step of steps) {
    const isInside = isInRange(step.version, range)
    if (opens === undefined) {
      if (isInside) opens = step
    } else if (!isInside) {
      return { opens, closes: step }
    }
  }
  return { opens, closes: undefined }
}
