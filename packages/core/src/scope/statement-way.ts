import type { CompiledQuery } from 'kysely'
import { moduleSchema } from '../identity/module-name.js'
import { heldSession } from '../session/held-session.js'
import type { Session, WireStatement } from '../session/session.js'
import type { SessionSource } from '../session/session-source.js'
import { ROLLBACK_AND_UNLOCK, TAIL, tailOf } from '../session/tail.js'
import { firstKeyword } from '../statement/first-keyword.js'
import { type Moments, NO_MOMENTS } from '../statement/moments.js'
import {
  composeInterceptors,
  type NextStatement,
  type StatementInterceptor,
  type StatementResult,
} from '../statement/statement.js'
import { statementFacts } from '../statement/statement-facts.js'
import { statementChannel, traceStatement } from '../telemetry/statement-channel.js'
import type { StatementTrace } from '../telemetry/statement-trace.js'
import { headStatement, isPooled } from './batch-frame.js'
import {
  assertRouted,
  isScript,
  ROUTE,
  type RoutedStatement,
  routeOf,
  runOptions,
  runScript,
  type SendOptions,
  type StatementCarrier,
  streamed,
  wireStatement,
} from './routed-statement.js'
import type { Scope } from './scope.js'
import type { StatementJudge } from './statement-judge.js'
import { WriteMoments } from './write-moments.js'

const NO_LOCALS: Readonly<Record<string, unknown>> = Object.freeze({})

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
  readonly #writes: WriteMoments
  readonly #next: NextStatement
  readonly #autocommit: StatementCarrier
  readonly #database: string | undefined

  constructor(options: StatementWayOptions) {
    this.sessions = options.sessions
    this.judge = options.judge
    this.#writes = new WriteMoments(options.moments ?? NO_MOMENTS)
    this.#database = options.database
    this.#next = composeInterceptors(options.interceptors ?? [], (statement) => {
      assertRouted(statement)
      return statementChannel.hasSubscribers
        ? this.#traced(statement)
        : routeOf(statement).carrier.carry(statement)
    })
    this.#autocommit = { inTransaction: false, carry: (statement) => this.#carryAlone(statement) }
  }

  get moments(): Moments {
    return this.#writes.moments
  }

  get listensToWrites(): boolean {
    return this.#writes.listens
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
    const { carrier, options } = routeOf(statement)
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
    const { scope, options } = routeOf(statement)
    const session = await this.acquire(scope, options.signal ?? options.acquireSignal)
    try {
      return await this.runOn(session, statement)
    } finally {
      session.release()
    }
  }

  async *#streamAlone(statement: RoutedStatement): AsyncGenerator<Record<string, unknown>[]> {
    const { scope, options } = routeOf(statement)
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
    const { scope, options } = routeOf(statement)
    if ((statement.raw || scope.head === undefined) && heads === undefined) {
      await this.noteResidue(session, statement)
    }
    const before = heads ?? (scope.head === undefined ? [] : [headStatement(scope.head, session)])
    const portions = session.stream(before, wireStatement(statement), {
      chunkSize: options.chunkSize ?? 100,
      signal: options.signal,
    })
    // In a transaction block it is the transaction that collects what is written.
    if (heads === undefined && this.listensToWrites) {
      yield* this.#writes.stream(session, statement, portions)
    } else {
      yield* portions
    }
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
      ? this.#writes.run(session, statement, () => this.#sendOn(session, statement))
      : this.#sendOn(session, statement)
  }

  async #sendOn(session: Session, statement: RoutedStatement): Promise<StatementResult> {
    const { scope, options } = routeOf(statement)
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
