import type { Identity } from '../identity/identity.js'
import type { Session } from './session.js'

export interface SessionRequest {
  readonly identity: Identity
  /** What the session is for; a source may keep places free for all but `module`. */
  readonly purpose: 'module' | 'admin' | 'control'
  /** Core asks for `write`. `read` is for statements proven read-only: a replica may serve them. */
  readonly access: 'read' | 'write'
  /** The module whose share is used; set also where several modules share a login. */
  readonly module?: string
  /** A commit LSN that a replica must have replayed before it may serve this request. */
  readonly token?: string
  /** A session of the same source that the caller keeps while it waits for this one. */
  readonly within?: Session
  readonly signal?: AbortSignal
}

/**
 * The only way to a connection: core opens no other, so that a budget can hold. A plugin's
 * `sessions` may replace it; prove such a source with `sessionSourceConformance`.
 */
export interface SessionSource {
  /**
   * @throws PlataformaError `PLT_POOL_TIMEOUT` after the source's deadline, `PLT_CLOSED` after
   * `close`; the signal's reason when it aborts.
   */
  acquire(request: SessionRequest): Promise<Session>
  /** Idempotent; resolves when every connection is closed. */
  close(): Promise<void>
  /** Whether a pooler is known to stand between, which gives each transaction another session. */
  readonly isPooled?: boolean
  /** For health: connections lent out and idle, and callers that wait. */
  stats?(): SessionSourceStats
}

export interface SessionSourceStats {
  readonly active: number
  readonly idle: number
  readonly waiting: number
}
