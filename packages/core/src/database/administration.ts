import type { Kysely } from 'kysely'
import { assertGiven } from '../error/assert-given.js'
import { heldSession } from '../session/held-session.js'
import type { WireResult } from '../session/session.js'
import type { SessionSource } from '../session/session-source.js'

/** What only the administrator does: no module, no tenant, no policy. */
export class Administration {
  /** A plain Kysely handle on the administrator's login. */
  readonly db: Kysely<unknown>
  readonly #sessions: SessionSource

  constructor(db: Kysely<unknown>, sessions: SessionSource) {
    this.db = db
    this.#sessions = sessions
  }

  /**
   * Runs a text of any number of statements, without parameters; one result per statement.
   * @example
   * await database.admin.script('create extension if not exists citext schema extensions')
   */
  async script(
    text: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly WireResult[]> {
    assertGiven.text('text', text)
    assertGiven.object('options', options)
    const within = heldSession()
    const session = await this.#sessions.acquire({
      identity: { kind: 'administrator' },
      purpose: 'admin',
      access: 'write',
      ...(within === undefined ? {} : { within }),
      ...options,
    })
    session.leaves('anything')
    try {
      return await session.script(text, options)
    } finally {
      session.release()
    }
  }
}
