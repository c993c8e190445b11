/** What a long operation tells while it works. */
export type MigrationProgress =
  | {
      readonly kind: 'waiting'
      /** Who migrates now. */
      readonly holder: LockHolder | undefined
      readonly waitedMs: number
    }
  | { readonly kind: 'planned'; readonly total: number }
  | {
      readonly kind: 'started' | 'applied' | 'rolled-back' | 'resumed'
      readonly module: string
      readonly name: string
      readonly done: number
      readonly total: number
      readonly durationMs?: number
    }
  | {
      readonly kind: 'statement'
      readonly module: string
      readonly name: string
      /** From 1. */
      readonly statement: number
      readonly of: number
      readonly line: number
    }
  | {
      readonly kind: 'retrying'
      readonly module: string
      readonly name: string
      readonly attempt: number
      readonly pauseMs: number
      /** Who holds what the statement waited for. */
      readonly blockers: readonly LockHolder[]
    }
  | { readonly kind: 'types'; readonly files: number }

/** A session of the server, as people look for it. */
export interface LockHolder {
  readonly pid: number
  readonly user: string
  readonly application: string
  /** Address it came from; `undefined` for a local socket. */
  readonly host: string | undefined
  readonly since: Date
  readonly query: string | undefined
}
