import type { CompiledQuery } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { isServerError } from '../error/server-error.js'
import { moduleSchema } from '../identity/module-name.js'
import { heldSession } from '../session/held-session.js'
import type { Session, WireStatement } from '../session/session.js'
import type { SessionSource } from '../session/session-source.js'
import { ROLLBACK_AND_UNLOCK, TAIL, tailOf } from '../session/tail.js'
import { firstKeyword } from '../statement/first-keyword.js'
import { listensToWrites, type Moments, NO_MOMENTS } from '../statement/moments.js'
import {
  composeInterceptors,
  type NextStatement,
  type Statement,
  type StatementInterceptor,
  type StatementResult,
} from '../statement/statement.js'
import { statementFacts } from '../statement/statement-facts.js'
import { WriteCollector, type Writes } from '../statement/written-tables.js'
import { statementChannel, traceStatement } from '../telemetry/statement-channel.js'
import type { StatementTrace } from '../telemetry/statement-trace.js'
import { mayBeScript, scriptResult } from '../wire/script-text.js'
import { headStatement, isPooled, scopeKeyOf } from './batch-frame.js'
import type { Scope } from './scope.js'
import type { StatementJudge } from './statement-judge.js'

type Rows = Record<string, unknown>[]

const ROUTE = Symbol('route')
const NO_LOCALS: Readonly<Record<string, unknown>> = Object.freeze({})

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

export interface StatementWayOptions {
  readonly sessions: SessionSource
  readonly judge: StatementJudge
  readonly interceptors?: readonly StatementInterceptor[]
  readonly moments?: Moments
  /** The database's name, for telemetry. */
  readonly database?: string
}

/** The way of every statement: judged, through the interceptors, onto a session. */
export class StatementWay {
  readonly sessions: SessionSource
  readonly judge: StatementJudge
  readonly moments: Moments
  readonly listensToWrites: boolean
  readonly #next: NextStatement
  readonly #autocommit: StatementCarrier
  readonly #database: string | undefined

  constructor(options: StatementWayOptions) {
    this.sessions = options.sessions
    this.judge = options.judge
    this.moments = options.moments ?? NO_MOMENTS
    this.listensToWrites = listensToWrites(this.moments)
    this.#database = options.database
    this.#next = composeInterceptors(options.interceptors ?? [], (statement) => {
      assertRouted(statement)
      return statementChannel.hasSubscribers
        ? this.#traced(statement)
        : statement[ROUTE].carrier.carry(statement)
    })
    this.#autocommit = { inTransaction: false, carry: (statement) => this.#carryAlone(statement) }
  }

  /** @throws PlataformaError `PLT_STATEMENT_NOT_ALLOWED` before anything is sent. */
  send(
    scope: Scope,
    compiled: CompiledQuery,
    options: SendOptions & { readonly carrier?: StatementCarrier } = {},
  ): Promise<StatementResult> {
    try {
      return this.#next(this.#routed(scope, compiled, options))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #routed(
    scope: Scope,
    compiled: CompiledQuery,
    options: SendOptions & { readonly carrier?: StatementCarrier },
  ): RoutedStatement {
    const { sql, parameters } = compiled
    const carrier = options.carrier ?? this.#autocommit
    return {
      sql,
      parameters,
      module: scope.module,
      acting: scope.acting,
      inTransaction: carrier.inTransaction,
      streams: options.chunkSize !== undefined,
      raw: scope.head !== undefined && this.judge.isRaw(compiled, scope),
      locals: options.locals ?? NO_LOCALS,
      tree: () => compiled.query,
      facts: () => statementFacts(sql),
      [ROUTE]: { scope, carrier, options },
    }
  }

  #traced(statement: RoutedStatement): Promise<StatementResult> {
    const { sql, module, inTransaction, streams } = statement
    const { carrier, options } = statement[ROUTE]
    const trace: StatementTrace = {
      sql,
      module,
      namespace: module && `${this.#database ?? ''}|${moduleSchema(module)}`,
      table: options.table,
      inTransaction,
      streams,
      kind: firstKeyword(sql),
    }
    return traceStatement(trace, () => carrier.carry(statement))
  }

  acquire(scope: Scope, signal: AbortSignal | undefined): Promise<Session> {
    const within = heldSession()
    return this.sessions.acquire({
      identity: scope.identity,
      purpose: scope.purpose,
      access: 'write',
      ...(scope.module === undefined ? {} : { module: scope.module }),
      ...(within === undefined ? {} : { within }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  async #carryAlone(statement: RoutedStatement): Promise<StatementResult> {
    if (statement.streams) return streamed(this.#streamAlone(statement))
    const { scope, options } = statement[ROUTE]
    const session = await this.acquire(scope, options.signal ?? options.acquireSignal)
    try {
      return await this.runOn(session, statement)
    } finally {
      session.release()
    }
  }

  async *#streamAlone(statement: RoutedStatement): AsyncGenerator<Record<string, unknown>[]> {
    const { scope, options } = statement[ROUTE]
    const session = await this.acquire(scope, options.signal ?? options.acquireSignal)
    try {
      yield* this.streamOn(session, statement)
    } finally {
      session.release()
    }
  }

  /** Reads a statement in portions on a session that the caller holds. */
  async *streamOn(
    session: Session,
    statement: RoutedStatement,
    heads?: readonly WireStatement[],
  ): AsyncGenerator<Record<string, unknown>[]> {
    const { scope, options } = statement[ROUTE]
    if ((statement.raw || scope.head === undefined) && heads === undefined) {
      await this.noteResidue(session, statement)
    }
    const before = heads ?? (scope.head === undefined ? [] : [headStatement(scope.head, session)])
    const portions = session.stream(before, wireStatement(statement), {
      chunkSize: options.chunkSize ?? 100,
      signal: options.signal,
    })
    // In a transaction block it is the transaction that collects what is written.
    const isOwn = heads === undefined && this.listensToWrites
    const writes = isOwn ? await this.#writesOf(statement, session) : undefined
    if (writes === undefined) yield* portions
    else yield* this.#streamWithMoments(writes, { portions, session })
  }

  /** Tells a session what the statement may leave on it. */
  noteResidue(session: Session, { sql }: RoutedStatement): undefined | Promise<void> {
    const residue = this.judge.residueOf(sql)
    if (residue instanceof Promise) return residue.then((known) => session.leaves(known))
    session.leaves(residue)
    return undefined
  }

  /** Runs a statement outside a transaction block on a session that the caller holds. */
  runOn(session: Session, statement: RoutedStatement): Promise<StatementResult> {
    return this.listensToWrites
      ? this.#runWithMoments(session, statement)
      : this.#sendOn(session, statement)
  }

  async #runWithMoments(session: Session, statement: RoutedStatement): Promise<StatementResult> {
    const writes = await this.#writesOf(statement, session)
    if (writes === undefined) return await this.#sendOn(session, statement)
    for (const listener of this.moments.committing) await listener(writes)
    let result: StatementResult
    try {
      result = await this.#sendOn(session, statement)
    } catch (error) {
      await this.#reportFailure(writes, { error, session })
      throw error
    }
    for (const listener of this.moments.committed) await listener(writes, undefined)
    return result
  }

  async *#streamWithMoments(
    writes: Writes,
    { portions, session }: { portions: AsyncIterable<Rows>; session: Session },
  ): AsyncGenerator<Rows> {
    for (const listener of this.moments.committing) await listener(writes)
    let failure: { readonly error: unknown; readonly session: Session } | undefined
    try {
      yield* portions
    } catch (error) {
      failure = { error, session }
      throw error
    } finally {
      // A reader that leaves early commits as well.
      if (failure !== undefined) await this.#reportFailure(writes, failure)
      else for (const listener of this.moments.committed) await listener(writes, undefined)
    }
  }

  /** What a statement outside a transaction block writes, where somebody listens. */
  async #writesOf(statement: RoutedStatement, session: Session): Promise<Writes | undefined> {
    if (session.transactionStatus !== 'idle') return undefined
    const collector = new WriteCollector()
    await collector.note(statement)
    return collector.empty ? undefined : collector.writes
  }

  async #reportFailure(
    writes: Writes,
    { error, session }: { error: unknown; session: Session },
  ): Promise<void> {
    // A server that ends the session while it answers may have committed first.
    if (isServerError(error) && !session.broken) {
      for (const listener of this.moments.rolledBack) await listener()
    } else {
      for (const listener of this.moments.outcomeUnknown) await listener(writes)
    }
  }

  async #sendOn(session: Session, statement: RoutedStatement): Promise<StatementResult> {
    const { scope, options } = statement[ROUTE]
    const { head } = scope
    const wire = wireStatement(statement)
    if (head === undefined) {
      const noted = this.noteResidue(session, statement)
      if (noted !== undefined) await noted
      if (isScript(statement)) return await runScript(session, statement)
      const [[result] = []] = await session.run([{ statements: [wire] }], runOptions(options))
      return result as StatementResult
    }
    const statements = [headStatement(head, session), wire]
    if (!statement.raw) {
      const [results] = await session.run([{ statements }], runOptions(options))
      return results?.[1] as StatementResult
    }
    const residue = await this.judge.residueOf(statement.sql)
    if (residue !== 'none' && isPooled(session) && session.transactionStatus === 'idle') {
      return await sendWhole(session, [...statements, ...tailOf(residue)], options)
    }
    if (residue === 'settings') statements.push(...TAIL)
    try {
      const [results] = await session.run([{ statements }], runOptions(options))
      return results?.[1] as StatementResult
    } catch (error) {
      session.leaves('settings')
      throw error
    } finally {
      if (residue === 'anything') session.leaves('anything')
    }
  }
}

/** A transaction of its own, of which nothing stays on the session, however it ends. */
async function sendWhole(
  session: Session,
  statements: readonly WireStatement[],
  options: SendOptions,
): Promise<StatementResult> {
  const [begin, commit] = ['begin', 'commit'].map((text) => ({ text, prepare: 'never' as const }))
  const whole = [begin, ...statements, commit] as readonly WireStatement[]
  try {
    const [results] = await session.run([{ statements: whole }], runOptions(options))
    return results?.[2] as StatementResult
  } catch (error) {
    if (!session.broken && session.transactionStatus !== 'idle') {
      await session.run([{ statements: ROLLBACK_AND_UNLOCK }]).catch(() => {})
    }
    throw error
  }
}

/** @throws PlataformaError `PLT_PLUGIN_INVALID` for a statement that an interceptor made anew */
function assertRouted(statement: Statement): asserts statement is RoutedStatement {
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
