import { PlataformaError, toPlataformaError } from '@plataforma/core'
import { type CompiledQuery, type Kysely, type QueryResult, sql } from 'kysely'
import { assertCodeStatement, columnsChangedBy, outsideOf } from './assert-code-statement.js'
import { CheckedTexts } from './checked-texts.js'
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
  readonly #closeTransaction: RunCodeOptions['closeTransaction']
  readonly #checkedTexts: CheckedTexts | undefined
  readonly #ownSchema: string | undefined
  readonly #savepoints = new Savepoints()
  readonly #leases = new Set<Lease>()
  readonly #pending = new Set<Promise<unknown>>()
  #turn: Promise<unknown> = Promise.resolve()
  #hasReturned = false
  #isClosed = false
  #abortedBy: unknown
  #late: unknown

  constructor(
    session: Kysely<unknown>,
    { signal, releaseStatement, closeTransaction, checkText, ownSchema }: RunCodeOptions,
  ) {
    this.#session = session.withoutPlugins()
    this.#signal = signal
    this.#releaseStatement = releaseStatement
    this.#closeTransaction = closeTransaction
    this.#checkedTexts = checkText === undefined ? undefined : new CheckedTexts(checkText)
    this.#ownSchema = ownSchema
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
      // As it is now: it waits for its turn while others may begin a transaction.
      const isAlone = this.isOutside
      return await this.#inTurn(async () => {
        await assertCodeStatement(query.sql, this.#ownSchema)
        if (isAlone || this.isOutside) return await this.#commitAlone<R>(query)
        await this.#release(query.sql)
        return await this.#executeChecked<R>(query)
      })
    })
  }

  /**
   * One after the other: nothing comes between a statement and its check, and who ends a real
   * transaction is the administrator for a moment.
   */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.then(ignore, ignore)
    return await turn
  }

  /** Whether no transaction is open. */
  get isOutside(): boolean {
    return this.#closeTransaction !== undefined && this.#savepoints.isEmpty
  }

  /** In a transaction of its own, where it can be in one. */
  async #commitAlone<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const outside = await outsideOf(query.sql)
    try {
      if (outside !== undefined) {
        // It waits for old transactions, and nobody waits behind it.
        if (outside === 'patient') await this.#run(PATIENT)
        const result = await this.#executeChecked<R>(query)
        if (outside === 'patient') await this.#run(IMPATIENT)
        return result
      }
      await this.#run('BEGIN')
      await this.#release(query.sql)
      const result = await this.#executeChecked<R>(query)
      await this.#closeTransaction?.()
      await this.#run('COMMIT')
      return result
    } catch (error) {
      await this.#run('ROLLBACK')
      if (outside === 'patient') await this.#run(IMPATIENT)
      this.#abortedBy = undefined
      throw error
    }
  }

  async #run(text: string): Promise<void> {
    await this.#execute(sql.raw(text).compile(this.#session))
  }

  /** Sends a command of ours. */
  async command(text: string): Promise<void> {
    await this.#counted(() => this.#inTurn(() => this.#run(text)))
  }

  async begin(lease: Lease): Promise<void> {
    const isReal = this.isOutside
    const savepoint = this.#savepoints.begin()
    lease.savepoint = savepoint
    try {
      await this.command(isReal ? 'BEGIN' : `SAVEPOINT ${savepoint.name}`)
    } catch (error) {
      lease.savepoint = undefined
      this.#savepoints.rolledBack(savepoint)
      throw error
    }
  }

  async commit(lease: Lease): Promise<void> {
    const savepoint = this.#savepointOf(lease)
    this.#savepoints.assertInnermost(savepoint)
    if (this.#isReal(savepoint)) {
      await this.#counted(() =>
        this.#inTurn(async () => {
          await this.#closeTransaction?.()
          await this.#run('COMMIT')
        }),
      )
    } else await this.command(`RELEASE SAVEPOINT ${savepoint.name}`)
    this.#savepoints.committed(savepoint)
    lease.savepoint = undefined
  }

  async rollback(lease: Lease): Promise<void> {
    const savepoint = lease.savepoint
    lease.savepoint = undefined
    // The transaction around it is rolled back, and this with it.
    if (savepoint === undefined || !this.#savepoints.has(savepoint) || this.#isClosed) return
    if (this.#isReal(savepoint)) {
      await this.command('ROLLBACK')
      this.#abortedBy = undefined
      this.#savepoints.rolledBack(savepoint)
      return
    }
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

  #isReal(savepoint: Savepoint): boolean {
    return this.#closeTransaction !== undefined && this.#savepoints.isOutermost(savepoint)
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

  /** Looks who the session is then, where the statement may have changed it. */
  async #executeChecked<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#checkedTexts === undefined) return await this.#execute<R>(query)
    const { text, isToCheck } = await this.#checkedTexts.of(query.sql)
    const result = await this.#execute<R>(text === query.sql ? query : { ...query, sql: text })
    if (isToCheck) await this.#run(this.#checkedTexts.check)
    return result
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

const KEPT = 'plataforma.lock_timeout'
const PATIENT = `SELECT pg_catalog.set_config('${KEPT}', current_setting('lock_timeout'), false),
  pg_catalog.set_config('lock_timeout', '0', false)`
const IMPATIENT = `SELECT
  pg_catalog.set_config('lock_timeout', current_setting('${KEPT}'), false)`

/** Until all that is ready to go on has gone on; no answer of the server comes meanwhile. */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

function ignore(): void {}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
