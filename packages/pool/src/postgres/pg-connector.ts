import pg from 'pg'
import type { Connector } from '../kernel/physical-connection.js'
import { type BackendGone, PgPhysical } from './pg-physical.js'
import type { Pooler } from './pooler.js'
import { isRefusedParameter } from './pooler-in-front.js'

export interface PgConnectorOptions {
  /** Asked for each attempt, so that a password may change. */
  readonly config: () => pg.ClientConfig
  /** Makes the client; `pg.Client` unless given. */
  readonly Client?: new (
    config?: pg.ClientConfig,
  ) => pg.Client
  /** Part of opening; a failure ends the connection. */
  readonly prepare?: (client: pg.Client, signal: AbortSignal) => Promise<void>
  /** Called when the server refused the password (28P01); true when that was mended. */
  readonly heal?: () => Promise<boolean>
  readonly gone?: BackendGone
  readonly pooler?: Pooler
}

/** Opens connections of one login by `pg`. */
export class PgConnector implements Connector<PgPhysical> {
  readonly #options: PgConnectorOptions

  constructor(options: PgConnectorOptions) {
    this.#options = options
  }

  /** Whom it logs in as, and where. */
  get target(): { readonly user?: string | undefined; readonly database?: string | undefined } {
    return new pg.Client(this.#options.config())
  }

  async heal(): Promise<boolean> {
    return (await this.#options.heal?.()) ?? false
  }

  async connect(signal: AbortSignal, onGone: (error?: unknown) => void): Promise<PgPhysical> {
    const { pooler } = this.#options
    const knew = pooler?.isThere
    try {
      return await this.#connect(signal, onGone)
    } catch (error) {
      if (knew || !isRefusedParameter(error) || !pooler?.found(error.message)) throw error
    }
    return await this.#connect(signal, onGone)
  }

  async #connect(signal: AbortSignal, onGone: (error?: unknown) => void): Promise<PgPhysical> {
    signal.throwIfAborted()
    const { pooler, Client = pg.Client, prepare, gone = async () => {} } = this.#options
    // A server that vanishes without a word is noticed sooner than by TCP's own two hours.
    const config = pooler?.configFor(this.#options.config()) ?? this.#options.config()
    const client = new Client({ keepAlive: true, ...config })
    // Without a listener a killed backend would be an uncaught exception, also while lent out.
    client.on('error', onGone)
    client.on('end', () => onGone())
    const physical = new PgPhysical(client, gone)
    const abort = () => void physical.destroy()
    signal.addEventListener('abort', abort)
    try {
      // Clients of other makes know this form alone.
      await new Promise<void>((resolve, reject) => {
        client.connect((error?: Error | null) => (error ? reject(error) : resolve()))
      })
      await prepare?.(client, signal)
      signal.throwIfAborted()
      return physical
    } catch (error) {
      await physical.destroy()
      throw signal.aborted ? signal.reason : error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
}
