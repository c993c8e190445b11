import type { BackendGone } from '../postgres/pg-physical.js'

/** What the connection that counts can tell of the server besides. */
export interface ServerWatch {
  /** Resolves when the backend is gone, or nobody can tell; within a bounded time. */
  readonly gone: BackendGone
  /** Connections that a login may have to a database; Infinity where nothing limits them. */
  limitOf(user: string, database: string): Promise<number>
}
