import type { ClientConfig } from 'pg'
import type { Identity } from './identity.js'

export interface Login {
  /** Equal for identities that share a login, and so a pool. */
  readonly key: string
  readonly config: ClientConfig
  /**
   * What `config` pins by its `options` and a transaction may set for itself where a pooler
   * refuses those; for the `settings` of a session.
   */
  readonly settings?: readonly LocalSetting[]
}

/** A setting of PostgreSQL and what a transaction gives it. */
export interface LocalSetting {
  readonly name: string
  readonly value: string
}

/** Knows how each identity logs in. */
export interface LoginDirectory {
  loginOf(identity: Identity): Login
  /** Called once when the server refused a login's password (28P01); true when it was mended. */
  heal?(identity: Identity): Promise<boolean>
}
