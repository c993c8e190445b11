import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { isServerError } from '../error/server-error.js'
import { Batch, type BatchSegment } from '../wire/batch.js'
import { sendCancelRequest } from '../wire/cancel-request.js'
import type { Exchange, ExchangeHost } from '../wire/exchange.js'
import { asPgClient, type PgClient } from '../wire/pg-internals.js'
import { Portal } from '../wire/portal.js'
import { PreparedStatements } from '../wire/prepared-statements.js'
import { Script } from '../wire/script.js'
import type { StatementNames } from '../wire/statement-names.js'
import { onAbort } from './on-abort.js'
import type { RunOptions, WireResult } from './session.js'

const connections = new WeakMap<object, PgConnection>()

type Sending = Pick<Exchange<unknown>, 'abandon' | 'handleParseComplete' | 'promise' | 'start'>

/** How long a cancelled statement may take to answer before its connection is given up. */
const CANCEL_GRACE_MS = 5_000
const CANCEL_AGAIN_MS = 250

/** One physical connection for as long as it lives, whoever borrows it. One exchange at a time. */
export class PgConnection {
  readonly client: PgClient
  readonly prepared: PreparedStatements
  /** 0 until measured, and where a pooler stands between. */
  backendPid = 0
  clockOffsetMs = 0
  #measured = false
  #broken = false
  #lastWord: Error | undefined
  #current: Sending | undefined
  readonly #waiting: Sending[] = []
  #cancelling: Promise<void> | undefined
  #onAnswered: (() => void) | undefined
  #settled: PromiseWithResolvers<void> | undefined
  #portals = 0

  readonly #host: ExchangeHost = {
    answered: (lost) => {
      if (lost) this.#broken = true
      this.#current = undefined
      this.#onAnswered?.()
      this.#next()
    },
    timedOut: () => void this.cancel(),
  }

  private constructor(client: PgClient, names: StatementNames) {
    this.client = client
    this.prepared = new PreparedStatements(names)
    // A client without a listener turns a killed backend into an uncaught exception; the pool
    // takes its own away while the client is lent out.
    const onLoss = () => {
      this.#broken = true
    }
    client.on('error', (error: Error) => {
      if (isServerError(error)) this.#lastWord ??= error
      onLoss()
    })
    client.on('end', onLoss)
    client.connection.on('parseComplete', () => this.#current?.handleParseComplete())
  }

  /** @throws PlataformaError `PLT_CONFIG_INVALID` when it is not a client that can be used. */
  static of(client: object, names: StatementNames): PgConnection {
    let connection = connections.get(client)
    if (connection === undefined) {
      connection = new PgConnection(asPgClient(client), names)
      connections.set(client, connection)
    }
    return connection
  }

  get broken(): boolean {
    return this.#broken || !this.client._queryable || this.client._ending
  }

  get transactionStatus(): 'idle' | 'transaction' | 'failed' {
    const status = this.client._txStatus
    return status === 'T' ? 'transaction' : status === 'E' ? 'failed' : 'idle'
  }

  /** Whether the server owes an answer, or a cancel request could still reach it. */
  get busy(): boolean {
    return this.#current !== undefined || this.#cancelling !== undefined
  }

  get measured(): boolean {
    return this.#measured
  }

  /** Resolves when it is not busy any more. */
  settled(): Promise<void> {
    if (!this.busy) return Promise.resolve()
    this.#settled ??= Promise.withResolvers()
    return this.#settled.promise
  }

  send(
    segments: readonly BatchSegment[],
    { signal, onSent }: RunOptions = {},
  ): Promise<readonly (readonly WireResult[])[]> {
    if (segments.length === 0) return Promise.resolve([])
    const batch = new Batch(this.client, this.prepared, segments)
    batch.onSent = onSent
    return this.#enqueue(batch, signal)
  }

  /** By the simple protocol. */
  script(text: string, { signal }: RunOptions = {}): Promise<readonly WireResult[]> {
    return this.#enqueue(new Script(this.client, this.prepared, text), signal)
  }

  portal(rows: number): Portal {
    return new Portal(`plt_${++this.#portals}`, rows)
  }

  /** Asks once for the backend's id and clock, which a signed context is bound to. */
  async measure(signal?: AbortSignal): Promise<void> {
    const before = Date.now()
    const text =
      'select pg_backend_pid() as pid, extract(epoch from clock_timestamp()) * 1000 as now'
    const statements = [{ text, prepare: 'never' as const }]
    const [[result] = []] = await this.send([{ statements }], { signal })
    const { pid, now } = result?.rows[0] ?? {}
    this.clockOffsetMs = Number(now) - (before + Date.now()) / 2
    // Another id than the client was told at connect is the sign of a pooler in between.
    this.prepared.isPooled = Number(pid) !== this.client.processID
    this.backendPid = this.prepared.isPooled ? 0 : Number(pid)
    this.#measured = true
  }

  /**
   * Cancels what the server is at; nothing else is sent before the request cannot hit it any more.
   * A server that answers neither loses the connection.
   */
  cancel(): Promise<void> {
    if (this.#current === undefined) return this.#cancelling ?? Promise.resolve()
    this.#cancelling ??= this.#cancel()
    return this.#cancelling
  }

  /** Cancels, and drops the connection whatever comes of that. */
  async kill(): Promise<void> {
    this.#broken = true
    await this.cancel()
    this.destroy()
  }

  /** Ends the socket without a word, where the server no longer answers. */
  destroy(): void {
    this.#broken = true
    this.client.connection.stream.destroy()
  }

  async #cancel(): Promise<void> {
    const grace = new AbortController()
    const giveUp = setTimeout(() => {
      this.destroy()
      grace.abort()
    }, CANCEL_GRACE_MS).unref()
    const isWanted = () => this.#current !== undefined
    while (isWanted()) {
      try {
        await sendCancelRequest(this.client, { isWanted, signal: grace.signal })
      } catch {
        this.destroy()
      }
      // A backend that had not begun with the statement yet has ignored the request.
      await this.#answeredWithin(CANCEL_AGAIN_MS)
    }
    clearTimeout(giveUp)
    this.#cancelling = undefined
    this.#next()
  }

  async #answeredWithin(milliseconds: number): Promise<void> {
    if (this.#current === undefined) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref()
      this.#onAnswered = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#onAnswered = undefined
  }

  #enqueue<Result>(exchange: Exchange<Result>, signal: AbortSignal | undefined): Promise<Result> {
    if (signal !== undefined) this.#heed(signal, exchange)
    this.#waiting.push(exchange)
    this.#next()
    return exchange.promise
  }

  /** Frees the caller as soon as the signal aborts; the connection stays taken until it answered. */
  #heed(signal: AbortSignal, exchange: Sending): void {
    const forget = onAbort(signal, () => {
      exchange.abandon(signal.reason)
      if (this.#current === exchange) void this.cancel()
      const place = this.#waiting.indexOf(exchange)
      if (place !== -1) this.#waiting.splice(place, 1)
    })
    exchange.promise.then(forget, forget)
  }

  #next(): void {
    if (this.busy) return
    const exchange = this.#waiting.shift()
    if (exchange === undefined) {
      this.#settled?.resolve()
      this.#settled = undefined
    } else if (this.broken) {
      exchange.abandon(connectionLost(this.#lastWord))
      this.#next()
    } else {
      this.#current = exchange
      exchange.start(this.#host)
    }
  }
}

/** With what the server said as it ended the session while nothing was asked of it. */
function connectionLost(lastWord: Error | undefined): PlataformaError {
  const said = toPlataformaError(lastWord)
  if (said instanceof PlataformaError && said.code === 'PLT_TIMEOUT') return said
  return new PlataformaError('PLT_DATABASE_UNAVAILABLE', 'The connection to PostgreSQL was lost.', {
    remedy: 'Call again: the next call takes another connection.',
    ...(said instanceof PlataformaError && { cause: lastWord, sqlState: said.sqlState }),
  })
}
