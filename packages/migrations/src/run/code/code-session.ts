import { PlataformaError, toPlataformaError } from '@plataforma/core'
import { type CompiledQuery, type Kysely, type QueryResult, sql } from 'kysely'
import { assertCodeStatement, columnsChangedBy } from './assert-code-statement.js'
import type { RunCodeOptions } from './run-code.js'
import { type Savepoint, Savepoints } from './savepoints.js'

/** A connection that Kysely has taken and not given back. */
export interface Lease {
  savepoint: Savepoint | undefined
  /** What was sent last, for people. */
  text: string | undefined
}

/** The engine's session with its open transaction, as the code of a migration gets to it. */
export class CodeSession {
  readonly #session: Kysely<unknown>
  readonly #signal: AbortSignal | undefined
  readonly #releaseStatement: RunCodeOptions['releaseStatement']
  readonly #savepoints = new Savepoints()
  readonly #leases = new Set<Lease>()
  readonly #pending = new Set<Promise<unknown>>()
  #hasReturned = false
  #isClosed = false
  #abortedBy: unknown
  #late: unknown

  constructor(session: Kysely<unknown>, { signal, releaseStatement }: RunCodeOptions) {
    this.#session = session.withoutPlugins()
    this.#signal = signal
    this.#releaseStatement = releaseStatement
  }

  /** Connections that are still taken. */
  get leases(): readonly Lease[] {
    return [...this.#leases]
  }

  get violation(): PlataformaError | undefined {
    return this.#savepoints.violation
  }

  /** The error after which the server takes nothing more in this transaction. */
  get abortedBy(): unknown {
    return this.#abortedBy
  }

  /** What failed after the code had returned. */
  get late(): unknown {
    return this.#late
  }

  lease(): Lease {
    this.#assertOpen()
    const lease: Lease = { savepoint: undefined, text: undefined }
    this.#leases.add(lease)
    return lease
  }

  giveBack(lease: Lease): void {
    this.#leases.delete(lease)
  }

  /** Sends a query of the code. */
  async send<R>(lease: Lease, query: CompiledQuery): Promise<QueryResult<R>> {
    lease.text = query.sql
    return await this.#counted(async () => {
      this.#savepoints.assertTurn(lease.savepoint, query.query.kind === 'SelectQueryNode')
      await assertCodeStatement(query.sql)
      await this.#release(query.sql)
      return await this.#execute<R>(query)
    })
  }

  /** Sends a command of ours. */
  async command(text: string): Promise<void> {
    await this.#counted(() => this.#execute(sql.raw(text).compile(this.#session)))
  }

  async begin(lease: Lease): Promise<void> {
    const savepoint = this.#savepoints.begin()
    lease.savepoint = savepoint
    try {
      await this.command(`SAVEPOINT ${savepoint.name}`)
    } catch (error) {
      lease.savepoint = undefined
      this.#savepoints.rolledBack(savepoint)
      throw error
    }
  }

  async commit(lease: Lease): Promise<void> {
    const savepoint = this.#savepointOf(lease)
    this.#savepoints.assertInnermost(savepoint)
    await this.command(`RELEASE SAVEPOINT ${savepoint.name}`)
    this.#savepoints.committed(savepoint)
    lease.savepoint = undefined
  }

  async rollback(lease: Lease): Promise<void> {
    const savepoint = lease.savepoint
    lease.savepoint = undefined
    // The transaction around it is rolled back, and this with it.
    if (savepoint === undefined || !this.#savepoints.has(savepoint) || this.#isClosed) return
    await this.rollbackTo(savepoint.name)
    this.#savepoints.rolledBack(savepoint)
    await this.command(`RELEASE SAVEPOINT ${savepoint.name}`)
  }

  async rollbackTo(name: string): Promise<void> {
    await this.command(`ROLLBACK TO SAVEPOINT ${quoteName(name)}`)
    this.#abortedBy = undefined
  }

  /** The code has returned; waits until nothing of it is under way. */
  async close(): Promise<void> {
    this.#hasReturned = true
    while (this.#pending.size > 0) {
      await Promise.all(this.#pending)
      await settled()
    }
    this.#isClosed = true
  }

  async #release(text: string): Promise<void> {
    if (this.#releaseStatement === undefined) return
    for (const change of await columnsChangedBy(text)) {
      const release = this.#releaseStatement(change)
      if (release !== undefined) await this.#execute(sql.raw(release).compile(this.#session))
    }
  }

  #savepointOf({ savepoint }: Lease): Savepoint {
    if (savepoint !== undefined && this.#savepoints.has(savepoint)) return savepoint
    throw new PlataformaError('PLT_TRANSACTION_CLOSED', 'The transaction has ended.')
  }

  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#session.executeQuery<R>(query as CompiledQuery<R>)
    } catch (error) {
      const told = toPlataformaError(error)
      const isServers = told instanceof PlataformaError && told.sqlState !== undefined
      if (isServers) this.#abortedBy ??= error
      throw error
    }
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#assertOpen()
    this.#signal?.throwIfAborted()
    const running = work()
    const ended: Promise<unknown> = running.then(ignore, ignore).finally(() => {
      this.#pending.delete(ended)
    })
    this.#pending.add(ended)
    try {
      return await running
    } catch (error) {
      if (!this.#hasReturned) throw error
      // Nobody waits for it: thrown, it would end the process before the error is told.
      this.#late ??= error
      return await new Promise<never>(() => {})
    }
  }

  #assertOpen(): void {
    if (!this.#isClosed) return
    throw new PlataformaError(
      'PLT_TRANSACTION_CLOSED',
      'The migration has ended; its handle can be used no more.',
      { remedy: 'Await every query before `up` or `down` returns.' },
    )
  }
}

/** Until all that is ready to go on has gone on; no answer of the server comes meanwhile. */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

function ignore(): void {}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
