import type { PartProgress } from '../../registry/progress.js'
import type { OutsideEffect } from '../../script/migration-script.js'
import type { ScriptPart } from '../script-parts.js'

/** How far the statements of a migration came. */
export interface HalfDone {
  /** Statements that have happened: the first ones. */
  readonly done: number
  readonly of: number
  /** What the next one leaves, where it was begun outside of transactions: it may have happened. */
  readonly begun: OutsideEffect | undefined
}

type Progress = ReadonlyMap<number, PartProgress>

/** What the registry's progress says in statements, for the script that it was written for. */
export function halfDone(parts: readonly ScriptPart[], progress: Progress): HalfDone {
  const of = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  let done = 0
  for (const [number, part] of parts.entries()) {
    const known = progress.get(number)
    if (known?.state === 'done') {
      done += lengthOf(part)
      continue
    }
    done += known?.statements ?? 0
    const isBegun = known !== undefined && part.kind === 'outside'
    return { done, of, begun: isBegun ? part.effect : undefined }
  }
  return { done, of, begun: undefined }
}

/** The progress of a script whose first statements have happened; the reverse of `halfDone`. */
export function progressOf(
  parts: readonly ScriptPart[],
  { done, isBegun }: { readonly done: number; readonly isBegun: boolean },
): Progress {
  const progress = new Map<number, PartProgress>()
  let left = done
  for (const [number, part] of parts.entries()) {
    if (left >= lengthOf(part)) progress.set(number, { state: 'done', statements: 0 })
    else {
      const isOpen = left > 0 || (isBegun && part.kind === 'outside')
      if (isOpen) progress.set(number, { state: 'begun', statements: left })
      break
    }
    left -= lengthOf(part)
  }
  return progress
}

function lengthOf(part: ScriptPart): number {
  return part.kind === 'outside' ? 1 : part.statements.length
}
