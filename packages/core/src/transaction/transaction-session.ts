import type { IsolationLevel } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { headStatement, scopeKeyOf } from '../scope/batch-frame.js'
import type { Scope } from '../scope/scope.js'
import {
  isScript,
  isServerError,
  type RoutedStatement,
  routeOf,
  runOptions,
  runScript,
  type SendOptions,
  type StatementWay,
  wireStatement,
} from '../scope/statement-way.js'
import type { Session, WireStatement } from '../session/session.js'
import type { StatementResult } from '../statement/statement.js'
import { WriteCollector } from './written-tables.js'

export interface TransactionSettings {
  readonly isolationLevel?: IsolationLevel
  readonly accessMode?: 'read only' | 'read write'
}

/** How long a context that was set stays unasked: well within what a token is valid for. */
const HEAD_VALID_MS = 60_000

const CLEANING: readonly WireStatement[] = [
  { text: 'RESET ALL', prepare: 'always' },
  { text: 'RESET ROLE', prepare: 'always' },
  { text: 'SELECT pg_advisory_unlock_all()', prepare: 'always' },
]

/** The session of one transaction and what was sent on it; savepoints of it share it. */
export class TransactionSession {
  readonly #way: StatementWay
  readonly #scope: Scope
  readonly #acquireSignal: AbortSignal | undefined
  readonly #collector = new WriteCollector()
  #session: Promise<Session> | undefined
  #queued: WireStatement[]
  #begun = false
  #headKey: string | undefined
  #headSetAt = 0
  #uncleaned = false
  #savepoints = 0

  constructor(
    way: StatementWay,
    scope: Scope,
    options: { readonly settings: TransactionSettings; readonly signal?: AbortSignal },
  ) {
    this.#way = way
    this.#scope = scope
    this.#acquireSignal = options.signal
    this.#queued = [{ text: beginSql(options.settings) }]
  }

  async begin(scope: Scope, options: SendOptions): Promise<void> {
    const session = await this.#acquire(options)
    await this.#runQueued(session, this.#headFor(scope, session), options)
  }

  async run(statement: RoutedStatement): Promise<StatementResult> {
    const { scope, options } = routeOf(statement)
    this.#assertReachable(scope)
    if (this.#way.listensToWrites) await this.#collector.note(statement)
    const session = await this.#acquire(options)
    if (statement.raw) await this.#noteRaw(session, statement)
    if (isScript(statement)) {
      if (this.#queued.length > 0) await this.#runQueued(session, [], options)
      return await runScript(session, statement)
    }
    // From here to the write nothing may be awaited: the head must be right for what is sent next.
    const statements = [...this.#headFor(scope, session), wireStatement(statement)]
    if (statement.raw) this.#headKey = undefined
    const results = await this.#runQueued(session, statements, options)
    return results.at(-1) as StatementResult
  }

  async *stream(statement: RoutedStatement): AsyncGenerator<Record<string, unknown>[]> {
    const { scope, options } = routeOf(statement)
    this.#assertReachable(scope)
    const session = await this.#acquire(options)
    if (this.#queued.length > 0) await this.#runQueued(session, [], options)
    if (statement.raw) await this.#noteRaw(session, statement)
    const heads = this.#headFor(scope, session)
    if (statement.raw) this.#headKey = undefined
    yield* this.#way.streamOn(session, statement, heads)
  }

  openSavepoint(): string {
    const name = `plt_${++this.#savepoints}`
    this.#queued.push({ text: `savepoint ${name}` })
    return name
  }

  async savepoint(name: string): Promise<void> {
    await this.#control(`savepoint ${quoteName(name)}`)
  }

  async releaseSavepoint(name: string): Promise<void> {
    if (this.#dropQueuedSavepoint(name)) return
    await this.#control(`release savepoint ${quoteName(name)}`)
  }

  async rollbackToSavepoint(name: string): Promise<void> {
    if (this.#dropQueuedSavepoint(name)) return
    this.#headKey = undefined
    await this.#control(`rollback to savepoint ${quoteName(name)}`)
  }

  async commit(): Promise<void> {
    if (!this.#begun || this.#session === undefined) {
      await this.#release()
      return
    }
    const session = await this.#session
    try {
      await this.#commit(session)
    } finally {
      await this.#release()
    }
  }

  async #commit(session: Session): Promise<void> {
    const { moments } = this.#way
    const { writes } = this.#collector
    const wrote = !this.#collector.empty
    if (wrote && session.transactionStatus === 'transaction') {
      for (const listener of moments.committing) await listener(writes)
    }
    const segments = [{ statements: [...this.#queued, { text: 'commit' }] }]
    if (this.#uncleaned) segments.push({ statements: [...CLEANING] })
    const asksLsn = wrote && moments.wantsCommitLsn
    if (asksLsn)
      segments.push({ statements: [{ text: 'select pg_current_wal_insert_lsn()::text as lsn' }] })
    let results: Awaited<ReturnType<Session['run']>>
    try {
      results = await session.run(segments)
    } catch (error) {
      if (isServerError(error)) {
        for (const listener of moments.rolledBack) await listener()
        throw error
      }
      if (wrote) for (const listener of moments.outcomeUnknown) await listener(writes)
      throw new PlataformaError(
        'PLT_OUTCOME_UNKNOWN',
        'The connection was lost during COMMIT: the transaction may have taken effect or not.',
        { cause: error, remedy: 'Read back what was written before doing it again.' },
      )
    }
    this.#uncleaned = false
    if (results[0]?.at(-1)?.command === 'ROLLBACK') {
      for (const listener of moments.rolledBack) await listener()
      throw new PlataformaError(
        'PLT_TRANSACTION_ABORTED',
        'A statement of the transaction had failed, so PostgreSQL rolled it back at COMMIT.',
        { remedy: 'Let the error of the failed statement leave the callback, or use a savepoint.' },
      )
    }
    if (!wrote) return
    const lsn = asksLsn ? results.at(-1)?.[0]?.rows[0]?.lsn : undefined
    for (const listener of moments.committed) await listener(writes, lsn as string | undefined)
  }

  async rollback(): Promise<void> {
    try {
      if (this.#begun && this.#session !== undefined) {
        const session = await this.#session
        const segments = [{ statements: [{ text: 'rollback' }] }]
        if (this.#uncleaned) segments.push({ statements: [...CLEANING] })
        await session.run(segments)
        this.#uncleaned = false
      }
    } catch (error) {
      // A connection that is lost has rolled back already.
      if (isServerError(error)) throw error
    } finally {
      await this.#release()
    }
    for (const listener of this.#way.moments.rolledBack) await listener()
  }

  async #control(text: string): Promise<void> {
    const session = await this.#acquire({})
    await this.#runQueued(session, [{ text }], {})
  }

  async #runQueued(
    session: Session,
    statements: readonly WireStatement[],
    options: SendOptions,
  ): Promise<readonly StatementResult[]> {
    const queued = this.#queued
    this.#queued = []
    this.#begun = true
    const [results] = await session.run(
      [{ statements: [...queued, ...statements] }],
      runOptions(options),
    )
    return results ?? []
  }

  #acquire(options: SendOptions): Promise<Session> {
    this.#session ??= this.#way
      .acquire(this.#scope, options.signal ?? options.acquireSignal ?? this.#acquireSignal)
      .catch((error: unknown) => {
        this.#session = undefined
        throw error
      })
    return this.#session
  }

  #headFor(scope: Scope, session: Session): WireStatement[] {
    if (scope.head === undefined) return []
    const key = scopeKeyOf(scope.head)
    const now = Date.now()
    if (key === this.#headKey && now - this.#headSetAt < HEAD_VALID_MS) return []
    this.#headKey = key
    this.#headSetAt = now
    return [headStatement(scope.head, session)]
  }

  async #noteRaw(session: Session, statement: RoutedStatement): Promise<void> {
    const residue = await this.#way.judge.residueOf(statement.sql)
    if (residue === 'anything') session.leaves('anything')
    this.#uncleaned = true
  }

  #assertReachable(scope: Scope): void {
    const own = this.#scope.identity
    const asked = scope.identity
    if (own.kind === 'application' || scope.head === undefined) return
    if (own.kind === asked.kind && own.kind !== 'module') return
    if (own.kind === 'module' && asked.kind === 'module' && own.module === asked.module) return
    throw new PlataformaError(
      'PLT_TRANSACTION_SPANS_MODULES',
      `A transaction of one module's own login cannot run a statement of ${scope.module ?? 'another identity'}.`,
      { remedy: 'Use `system.transaction` for work across modules.' },
    )
  }

  #dropQueuedSavepoint(name: string): boolean {
    const index = this.#queued.findIndex((statement) => statement.text === `savepoint ${name}`)
    if (index === -1) return false
    this.#queued.splice(index)
    return true
  }

  async #release(): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    this.#session = undefined
    if (this.#uncleaned) session?.leaves('settings')
    session?.release()
  }
}

function beginSql({ isolationLevel, accessMode }: TransactionSettings): string {
  if (isolationLevel === undefined && accessMode === undefined) return 'begin'
  const level = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`
  const mode = accessMode === undefined ? '' : ` ${accessMode}`
  return `start transaction${level}${mode}`
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
