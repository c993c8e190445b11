import type { Acting } from '../context/acting.js'
import type { Identity } from '../identity/identity.js'
import type { Session } from '../session/session.js'

export interface ModuleSetting {
  readonly name: 'statement_timeout' | 'idle_in_transaction_session_timeout'
  readonly value: string
}

/** What the head of a batch sets for its statement, for that batch or transaction only. */
export interface ScopeHead {
  /** Role and search path in one: equal texts of another module or role are other statements. */
  readonly key: string
  readonly role: string
  readonly searchPath: string
  /** Further settings of the module's, such as `statement_timeout`. */
  readonly settings?: readonly ModuleSetting[]
  /** The signed context for a session, bound to its backend; empty where there is none. */
  token(session: Session): string
}

/** Who runs a statement, where, and for whom: read once per call and passed on as a value. */
export interface Scope {
  readonly module: string | undefined
  readonly identity: Identity
  readonly purpose: 'module' | 'admin'
  readonly acting: Acting
  /** Absent for a plain handle: its statements are sent as they are. */
  readonly head: ScopeHead | undefined
}

/** Gives the scope of the call that is being made. */
export interface ScopeProvider {
  current(): Scope
}
