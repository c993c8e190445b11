import { StatementNames } from '../wire/statement-names.js'
import { PgConnection } from './pg-connection.js'
import { PgSession } from './pg-session.js'
import type { Session } from './session.js'

export interface ClientLoan {
  /** Called once, when the session is released and clean; with true for one to be ended instead. */
  readonly giveBack: (destroy: boolean) => void
  /** Ends the measurement that a client's first loan begins with. */
  readonly signal?: AbortSignal
}

/** Makes sessions of connected `pg` clients, for a `SessionSource` that has its own pool. */
export class ClientSessions {
  readonly #names = new StatementNames()

  /**
   * Lends a client that nobody else uses until `giveBack` is called. Where this rejects, it is not
   * called and the client is to be ended.
   *
   * @throws PlataformaError `PLT_CONFIG_INVALID` when it is not a client of `pg` >= 8.23.1 < 9
   * @example
   * const session = await sessions.lend(client, {
   *   giveBack: (destroy) => (destroy ? client.end() : idle.push(client)),
   * })
   */
  async lend(client: object, { giveBack, signal }: ClientLoan): Promise<Session> {
    await this.prepare(client, signal)
    return this.sessionOf(client, giveBack)
  }

  /**
   * Measures a client once, so that `sessionOf` can lend it without waiting.
   *
   * @throws PlataformaError `PLT_CONFIG_INVALID` as `lend` does
   */
  async prepare(client: object, signal?: AbortSignal): Promise<void> {
    const connection = PgConnection.of(client, this.#names)
    if (!connection.measured) await connection.measure(signal)
  }

  /** A session of a prepared client that nobody else uses until `giveBack` is called. */
  sessionOf(client: object, giveBack: ClientLoan['giveBack']): Session {
    return new PgSession(PgConnection.of(client, this.#names), giveBack)
  }
}
