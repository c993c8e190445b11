import { cancelStatement } from '@plataforma/core'
import type pg from 'pg'
import type { PhysicalConnection } from '../kernel/physical-connection.js'

/** How long a server may take over a farewell, before the socket is closed without one. */
const FAREWELL_MS = 1_000
const CANCEL_MS = 1_000
/** How long a statement may take to end after it was cancelled. */
const ANSWER_MS = 1_000

interface ClientState {
  readonly processID: number | null
  readonly readyForQuery?: boolean
  readonly _queryable?: boolean
  readonly _ending?: boolean
  readonly connection?: ClientConnection
}

interface ClientConnection {
  readonly stream?: ClientStream
  end(): void
  prependOnceListener(event: 'readyForQuery', listener: () => void): void
}

interface ClientStream {
  readonly destroyed: boolean
  readonly closed: boolean
  destroy(): void
  once(event: 'close', listener: () => void): void
}

/** Resolves when the backend of a process id is gone, as far as anybody can tell. */
export type BackendGone = (processId: number) => Promise<void>

/** A client of `pg` as the kernel handles it; one of another make as far as it is alike. */
export class PgPhysical implements PhysicalConnection {
  readonly client: pg.Client
  readonly #gone: BackendGone

  constructor(client: pg.Client, gone: BackendGone) {
    this.client = client
    this.#gone = gone
  }

  get broken(): boolean {
    const { _queryable = true, _ending = false } = this.#state
    return !_queryable || _ending || this.#stream?.destroyed === true
  }

  /** PostgreSQL closes the socket last of all: when it is closed, the backend is gone. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#stream?.destroy(), FAREWELL_MS)
    const ended = this.#endClient()
    await (this.#stream === undefined ? ended : this.#closed())
    clearTimeout(timer)
  }

  async destroy(): Promise<void> {
    const stream = this.#stream
    if (stream === undefined) return this.#endClient()
    const { processID, readyForQuery } = this.#state
    const isAtWork = readyForQuery === false
    // A backend at work would not notice for long that its client is gone.
    if (isAtWork && !stream.destroyed) await this.#cancel()
    const hasLeft = stream.closed
    this.#stream?.destroy()
    await this.#closed()
    if (isAtWork && !hasLeft && processID !== null) await this.#gone(processID)
  }

  /** Ends what the backend is at, and takes leave before it begins with anything else. */
  async #cancel(): Promise<void> {
    const { connection } = this.#state
    connection?.prependOnceListener('readyForQuery', () => connection.end())
    await cancelStatement(this.client, AbortSignal.timeout(CANCEL_MS)).catch(() => {})
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ANSWER_MS)
    })
    await Promise.race([this.#closed(), late])
    clearTimeout(timer)
  }

  async #endClient(): Promise<void> {
    try {
      await this.client.end()
    } catch {
      // It is of no use any more, whatever its farewell came to.
    }
  }

  async #closed(): Promise<void> {
    const stream = this.#stream
    if (stream === undefined || stream.closed) return
    await new Promise<void>((resolve) => stream.once('close', resolve))
  }

  get #stream(): ClientStream | undefined {
    return this.#state.connection?.stream
  }

  get #state(): ClientState {
    return this.client as unknown as ClientState
  }
}
