import { cancelStatement } from '@plataforma/core'
import type pg from 'pg'
import type { PhysicalConnection } from '../kernel/physical-connection.js'

/** How long a server may take over a farewell, before the socket is closed without one. */
const FAREWELL_MS = 1_000
const CANCEL_MS = 1_000

interface ClientState {
  readonly processID: number | null
  readonly readyForQuery: boolean
  readonly _queryable: boolean
  readonly _ending: boolean
  readonly connection: { readonly stream: { readonly destroyed: boolean; destroy(): void } }
}

/** Resolves when the backend of a process id is gone, as far as anybody can tell. */
export type BackendGone = (processId: number) => Promise<void>

/** A connected client of `pg` as the kernel handles it. */
export class PgPhysical implements PhysicalConnection {
  readonly client: pg.Client
  readonly #gone: BackendGone
  readonly #ended: Promise<void>

  constructor(client: pg.Client, gone: BackendGone) {
    this.client = client
    this.#gone = gone
    this.#ended = new Promise((resolve) => client.once('end', () => resolve()))
  }

  get broken(): boolean {
    const { _queryable, _ending } = this.#state
    return !_queryable || _ending
  }

  /** PostgreSQL closes the socket last of all: when it is closed, the backend is gone. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#cut(), FAREWELL_MS)
    await Promise.all([this.client.end().catch(() => {}), this.#ended])
    clearTimeout(timer)
  }

  async destroy(): Promise<void> {
    const { processID, readyForQuery, connection } = this.#state
    const isAtWork = !readyForQuery
    if (isAtWork && !connection.stream.destroyed) {
      // A backend at work would not notice for long that its client is gone.
      await cancelStatement(this.client, AbortSignal.timeout(CANCEL_MS)).catch(() => {})
    }
    this.#cut()
    await this.#ended
    if (isAtWork && processID !== null) await this.#gone(processID)
  }

  #cut(): void {
    this.#state.connection.stream.destroy()
  }

  get #state(): ClientState {
    return this.client as unknown as ClientState
  }
}
