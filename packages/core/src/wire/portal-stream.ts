import type { BatchStatement } from './batch.js'
import type { PgClient, PgWire } from './pg-internals.js'
import { prepareValue } from './prepare-value.js'
import { type FieldDescription, ResultShape } from './result-shape.js'

type Rows = Record<string, unknown>[]

interface Waiter {
  readonly resolve: (rows: Rows) => void
  readonly reject: (error: Error) => void
}

/**
 * Reads one statement's rows in portions through an open portal. What is in `head` runs before it
 * in the same implicit transaction: no Sync is sent until the portal is exhausted or closed.
 */
export class PortalStream {
  readonly #client: PgClient
  readonly #head: readonly BatchStatement[]
  readonly #statement: BatchStatement
  readonly #chunkSize: number
  readonly #settle: (connectionLost: boolean) => void
  #pendingHead: number
  #shape: ResultShape = ResultShape.none
  #rows: Rows = []
  #waiter: Waiter | undefined
  #error: Error | undefined
  #state: 'queued' | 'open' | 'syncing' | 'done' = 'queued'

  constructor(
    client: PgClient,
    options: {
      readonly head: readonly BatchStatement[]
      readonly statement: BatchStatement
      readonly chunkSize: number
      readonly settle: (connectionLost: boolean) => void
    },
  ) {
    this.#client = client
    this.#head = options.head
    this.#statement = options.statement
    this.#chunkSize = options.chunkSize
    this.#settle = options.settle
    this.#pendingHead = options.head.length
  }

  /** The next portion, empty at the end. */
  read(): Promise<Rows> {
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#state === 'syncing' || this.#state === 'done') return Promise.resolve([])
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
      if (this.#state === 'queued') this.#client.query(this)
      else this.#execute(this.#client.connection)
    })
  }

  /** Ends the portal; the session is free again when `settle` was called. */
  close(): void {
    if (this.#state === 'queued') {
      this.#state = 'done'
      this.#settle(false)
      return
    }
    if (this.#state !== 'open') return
    this.#sync(this.#client.connection)
  }

  submit(wire: PgWire): null {
    this.#state = 'open'
    wire.stream.cork()
    for (const { text, values } of this.#head) {
      wire.parse({ name: '', text, types: [] })
      wire.bind({ portal: '', statement: '', values: values.map(prepareValue), binary: false })
      wire.execute({ portal: '', rows: 0 })
    }
    const { text, values } = this.#statement
    wire.parse({ name: '', text, types: [] })
    wire.bind({ portal: '', statement: '', values: values.map(prepareValue), binary: false })
    wire.describe({ type: 'P', name: '' })
    this.#execute(wire)
    wire.stream.uncork()
    return null
  }

  #execute(wire: PgWire): void {
    wire.execute({ portal: '', rows: this.#chunkSize })
    wire.flush()
  }

  #sync(wire: PgWire): void {
    this.#state = 'syncing'
    wire.sync()
  }

  handleParseComplete(): void {}

  handleRowDescription(message: { fields: readonly FieldDescription[] }): void {
    this.#shape = new ResultShape(message.fields, this.#client._types)
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    if (this.#pendingHead > 0 || this.#state !== 'open' || this.#error !== undefined) return
    try {
      this.#rows.push(this.#shape.row(message.fields))
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error))
    }
  }

  handlePortalSuspended(): void {
    this.#deliver()
  }

  handleCommandComplete(): void {
    if (this.#pendingHead > 0) {
      this.#pendingHead--
      return
    }
    if (this.#state === 'open') this.#sync(this.#client.connection)
    this.#deliver()
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete()
  }

  handleCopyInResponse(wire: { sendCopyFail(message: string): void }): void {
    wire.sendCopyFail('COPY FROM STDIN cannot be streamed')
  }

  handleCopyData(): void {}

  handleError(error: Error): void {
    this.#error ??= error
    if (!('severity' in error)) {
      this.#state = 'done'
      this.#deliver()
      this.#settle(true)
      return
    }
    this.#client._activeQuery = this
    if (this.#state === 'open') this.#sync(this.#client.connection)
    this.#deliver()
  }

  handleReadyForQuery(): void {
    this.#state = 'done'
    this.#deliver()
    this.#settle(false)
  }

  #deliver(): void {
    const waiter = this.#waiter
    if (waiter === undefined) return
    this.#waiter = undefined
    if (this.#error !== undefined) waiter.reject(this.#error)
    else waiter.resolve(this.#rows)
    this.#rows = []
  }
}
