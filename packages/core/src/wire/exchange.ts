import { isServerError } from '../error/server-error.js'
import { MessageWriter } from './message-writer.js'
import type { PgClient, PgWire } from './pg-internals.js'
import type { FieldDescription } from './result-shape.js'

/** What an exchange tells the connection that it runs on. */
export interface ExchangeHost {
  /** All was answered, or nothing will be because the connection is lost. */
  answered(lost: boolean): void
  /** The client's `query_timeout` ran out while the server is still at work. */
  timedOut(): void
}

// Exchanges are written in one go, so all connections can share the memory they write to.
const writer = new MessageWriter()

/**
 * What is sent in one write, and its answers up to the last ReadyForQuery. `pg` routes the
 * server's messages to the `handle…` methods of the exchange that it is at.
 */
export abstract class Exchange<Result> {
  readonly promise: Promise<Result>
  /** `pg` puts what stops its `query_timeout` clock here. */
  callback: (() => void) | undefined
  /** Called once it is on its way and may take effect. */
  onSent: (() => void) | undefined
  protected readonly client: PgClient
  readonly #resolve: (result: Result) => void
  readonly #reject: (reason: unknown) => void
  #host: ExchangeHost | undefined
  #bytes: Buffer | undefined
  #failure: Error | undefined
  #abandoned = false

  constructor(client: PgClient) {
    this.client = client
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  /** Whether the caller has got its answer already and no row is wanted any more. */
  protected get abandoned(): boolean {
    return this.#abandoned
  }

  protected get failed(): boolean {
    return this.#failure !== undefined
  }

  /** Sends it; one that cannot be put into messages fails here, before anything is sent. */
  start(host: ExchangeHost): void {
    try {
      this.prepare()
      this.write(writer)
    } catch (error) {
      writer.discard()
      this.#reject(error)
      host.answered(false)
      return
    }
    this.#bytes = writer.take()
    this.#failure = undefined
    this.#host = host
    this.client.query(this)
    this.onSent?.()
  }

  /** Frees the caller; what was sent still has to be answered. */
  abandon(reason: unknown): void {
    this.#abandoned = true
    this.#reject(reason)
  }

  submit(wire: PgWire): null {
    if (this.#bytes !== undefined) wire.stream.write(this.#bytes)
    this.#bytes = undefined
    return null
  }

  handleError(error: Error): void {
    if (this.#host === undefined) return
    if (error.message === 'Query read timeout' && this.client._queryable) {
      this.abandon(error)
      this.#host.timedOut()
      return
    }
    this.fail(error)
    // `pg` lets go of a query at its first error; what comes up to the last Sync is still ours.
    if (isServerError(error)) this.client._activeQuery = this
    else this.#finish(true)
  }

  handleReadyForQuery(): void {
    if (this.expectsMore()) {
      this.client._activeQuery = this
      this.client.readyForQuery = false
    } else {
      this.#finish(false)
    }
  }

  handleCopyData(): void {}

  /** `pg` tells it of no query but its own; the connection passes it on. */
  abstract handleParseComplete(): void
  abstract handleRowDescription(message: { fields: readonly FieldDescription[] }): void
  abstract handleDataRow(message: { fields: readonly (string | null)[] }): void
  abstract handleCommandComplete(message: { text: string }): void
  abstract handleEmptyQuery(): void
  abstract handleCopyInResponse(): void

  /** Turns what is to be sent into values of the wire; user code may run here. */
  protected abstract prepare(): void
  protected abstract write(writer: MessageWriter): void
  /** Called at a ReadyForQuery: whether another one is to come. */
  protected abstract expectsMore(): boolean
  protected abstract result(): Result
  /** Whether the exchange may be sent once more after this failure. */
  protected abstract mend(failure: Error): boolean

  /** The first failure is what the caller gets. */
  protected fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
  }

  #finish(lost: boolean): void {
    const host = this.#host
    if (host === undefined) return
    this.#host = undefined
    this.callback?.()
    this.callback = undefined
    const failure = this.#failure
    if (failure === undefined) {
      this.#resolve(this.result())
    } else if (!lost && this.mend(failure) && !this.#abandoned) {
      this.start(host)
      return
    } else {
      this.#reject(failure)
    }
    host.answered(lost)
  }
}
