import { PlataformaError } from '../error/plataforma-error.js'
import type { Session, WireStatement } from '../session/session.js'
import type { Statement, StatementResult } from '../statement/statement.js'
import { mayBeScript, scriptResult } from '../wire/script-text.js'
import { scopeKeyOf } from './batch-frame.js'
import type { Scope } from './scope.js'

export const ROUTE = Symbol('route')

export interface SendOptions {
  /** Cancels on the server. */
  readonly signal?: AbortSignal
  /** Ends only the wait for a session; Kysely deals with its own signals afterwards. */
  readonly acquireSignal?: AbortSignal
  readonly locals?: Readonly<Record<string, unknown>>
  /** Rows of a portion; set for a statement that streams. */
  readonly chunkSize?: number
  /** The table of a verb. */
  readonly table?: string
}

/** What puts a statement on a session: one of its own, a pinned one, or a transaction's. */
export interface StatementCarrier {
  readonly inTransaction: boolean
  carry(statement: RoutedStatement): Promise<StatementResult>
}

export interface Route {
  readonly scope: Scope
  readonly carrier: StatementCarrier
  readonly options: SendOptions
}

export type RoutedStatement = Statement & { readonly [ROUTE]: Route }

/** @throws PlataformaError `PLT_PLUGIN_INVALID` for a statement that an interceptor made anew */
export function assertRouted(statement: Statement): asserts statement is RoutedStatement {
  if (ROUTE in statement) return
  throw new PlataformaError(
    'PLT_PLUGIN_INVALID',
    'An interceptor passed on a statement that does not come from the one it was given.',
    {
      remedy: 'Call `next(statement)`, or `next({ ...statement, locals })` to change a part of it.',
    },
  )
}

export function routeOf(statement: RoutedStatement): Route {
  return statement[ROUTE]
}

export function wireStatement(statement: RoutedStatement): WireStatement {
  return {
    text: statement.sql,
    values: statement.parameters,
    scopeKey: scopeKeyOf(statement[ROUTE].scope.head),
  }
}

export function runOptions(options: SendOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal }
}

/** Whether it is a plain handle's text that goes by the simple protocol. */
export function isScript(statement: RoutedStatement): boolean {
  if (statement.parameters.length > 0 || routeOf(statement).scope.head !== undefined) return false
  return mayBeScript(statement.sql)
}

export async function runScript(
  session: Session,
  statement: RoutedStatement,
): Promise<StatementResult> {
  const results = await session.script(statement.sql, runOptions(routeOf(statement).options))
  return scriptResult(results)
}

export function streamed(
  portions: AsyncIterableIterator<Record<string, unknown>[]>,
): StatementResult {
  return { command: 'SELECT', rowCount: 0, rows: [], portions }
}
