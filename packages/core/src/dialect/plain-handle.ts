import type { AbortableOperationOptions } from 'kysely'
import { NOBODY } from '../context/acting.js'
import type { ContextStore } from '../context/context-store.js'
import type { Scope, ScopeProvider } from '../scope/scope.js'
import { StatementWay } from '../scope/statement-way.js'
import type { Residue } from '../session/session.js'
import type { SessionSource } from '../session/session-source.js'
import { sessionResidue } from '../statement/session-residue.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import type { PlataformaDialectConfig } from './plataforma-dialect.js'
import { UserPoolSource } from './user-pool-source.js'

/** What the connections of one Kysely handle stand on. */
export interface HandleParts {
  readonly way: () => StatementWay
  readonly scopes: ScopeProvider
  /** Set for handles whose calls join the open transaction of the calling context. */
  readonly store?: ContextStore<TransactionScope>
  readonly open?: (options?: AbortableOperationOptions) => Promise<void>
  readonly close?: () => Promise<void>
}

const PLAIN: Scope = {
  module: undefined,
  identity: { kind: 'administrator' },
  purpose: 'admin',
  acting: NOBODY,
  head: undefined,
}

/** A handle without module or tenant: its statements are sent as they are. */
export function plainHandle(config: PlataformaDialectConfig): HandleParts {
  // Others borrow from the same source: what a statement leaves is taken away at the release.
  if ('sessions' in config) return handleOn(config.sessions, sessionResidue)
  const source = new UserPoolSource(config)
  return {
    // The pool is the user's, and so is what stays on its connections.
    ...handleOn(source, () => 'none'),
    open: (options) => source.open(options),
    close: () => source.close(),
  }
}

function handleOn(sessions: SessionSource, residueOf: (sql: string) => Residue): HandleParts {
  const judge = { isRaw: () => false, residueOf }
  const way = new StatementWay({ sessions, judge })
  return { way: () => way, scopes: { current: () => PLAIN } }
}
