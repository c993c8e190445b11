import type { OutsideEffect } from '../../script/migration-script.js'

/** A statement that runs outside of transactions, and what it is to leave. */
export interface OutsideStep {
  readonly effect: OutsideEffect
  /** The statement. */
  readonly text: string
  /** Where its unqualified names are: the schema of the module. */
  readonly schema: string
  /** Ends waiting, between two statements of ours. */
  readonly signal?: AbortSignal | undefined
}

/** What has become of a statement that may have been interrupted. */
export interface Settlement {
  /** `done`: all of it has happened; `run`: nothing of it is left; else nobody can tell. */
  readonly verdict: 'done' | 'run' | 'needs-attention'
  /** Why, a sentence for people. */
  readonly reason: string
}

export function done(reason: string): Settlement {
  return { verdict: 'done', reason }
}

export function runIt(reason: string): Settlement {
  return { verdict: 'run', reason }
}

export function needsAttention(reason: string): Settlement {
  return { verdict: 'needs-attention', reason }
}
