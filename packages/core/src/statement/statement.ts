import type { RootOperationNode } from 'kysely'
import type { Acting } from '../context/acting.js'
import type { StatementFacts } from './statement-facts.js'

/** One statement on its way to the server. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** The module it belongs to; `undefined` for the administrator's and plain handles. */
  readonly module: string | undefined
  readonly acting: Acting
  readonly inTransaction: boolean
  /** Whether its rows are read in portions. */
  readonly streams: boolean
  /** Whether it holds SQL text of the caller's. */
  readonly raw: boolean
  /** For interceptors that read from replicas: a commit LSN that one must have replayed. */
  readonly token?: string
  /** What interceptors and options of a call hand down, by name (`cache`, `cacheTTL`, …). */
  readonly locals: Readonly<Record<string, unknown>>
  /** Kysely's tree, after its plugins; a remembered text has none until it is asked for. */
  tree(): RootOperationNode
  /** Parsed when first asked for, then remembered by text. */
  facts(): Promise<StatementFacts>
}

export interface StatementResult {
  /** First word of the command tag. */
  readonly command: string
  readonly rowCount: number
  readonly rows: Record<string, unknown>[]
  /** Set instead of `rows` for a statement that streams: portions of rows. */
  readonly portions?: AsyncIterableIterator<Record<string, unknown>[]>
}

export type NextStatement = (statement: Statement) => Promise<StatementResult>

/** Stands in the way of every statement; may answer without calling `next`. */
export type StatementInterceptor = (
  statement: Statement,
  next: NextStatement,
) => Promise<StatementResult>

/** One function out of many, made once at start; none installed leaves `last` itself. */
export function composeInterceptors(
  interceptors: readonly StatementInterceptor[],
  last: NextStatement,
): NextStatement {
  return interceptors.reduceRight<NextStatement>(
    (next, interceptor) => (statement) => interceptor(statement, next),
    last,
  )
}
