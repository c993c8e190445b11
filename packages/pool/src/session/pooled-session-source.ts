import {
  ClientSessions,
  type Identity,
  type LoginDirectory,
  type Session,
  type SessionRequest,
  type SessionSource,
  type SessionSourceStats,
} from '@plataforma/core'
import type { Borrower } from '../kernel/leak-watch.js'
import type { LoginPool } from '../kernel/login-pool.js'
import type { Member } from '../kernel/member.js'
import { closed } from '../kernel/pool-errors.js'
import type { PoolHost } from '../kernel/pool-host.js'
import type { Slot } from '../kernel/slot.js'
import { PgConnector } from '../postgres/pg-connector.js'
import type { BackendGone, PgPhysical } from '../postgres/pg-physical.js'
import type { Pooler } from '../postgres/pooler.js'
import { PooledSession, type StatementObserver } from './pooled-session.js'
import type { SessionLeaks } from './session-leaks.js'

/** Who draws on the budget: a module, or one of the system's own identities. */
export interface Drawer {
  readonly member: Member<PgPhysical>
  readonly login: LoginPool<PgPhysical>
  readonly observe: StatementObserver
  readonly leaks?: SessionLeaks
}

export interface OpenedLogin {
  readonly name: string
  readonly connector: PgConnector
  /** Whose statements those that hold a connection may wait for. */
  readonly keepsPlace: boolean
}

export interface PooledSessionSourceOptions {
  readonly host: PoolHost<PgPhysical>
  readonly logins: LoginDirectory
  /** Makes the physical pool of a login, once for each. */
  readonly openLogin: (login: OpenedLogin) => LoginPool<PgPhysical>
  /** Makes who draws from it, once for each name. */
  readonly openDrawer: (name: string, login: LoginPool<PgPhysical>) => Drawer
  /** Closes the host, and what belongs to it. */
  readonly close: () => Promise<void>
  readonly gone?: BackendGone
  readonly pooler?: Pooler
}

/** Sessions out of one budget: one physical pool for each login, one queue for each module. */
export class PooledSessionSource implements SessionSource {
  readonly #options: PooledSessionSourceOptions
  readonly #sessions = new ClientSessions()
  readonly #logins = new Map<string, LoginPool<PgPhysical>>()
  readonly #drawers = new Map<string, Drawer>()
  readonly #slots = new WeakMap<Session, Slot<PgPhysical>>()

  constructor(options: PooledSessionSourceOptions) {
    this.#options = options
  }

  acquire(request: SessionRequest): Promise<Session> {
    const { identity, signal } = request
    const within = request.within && this.#slots.get(request.within)
    try {
      const drawer = this.#drawerOf(request)
      const borrower = drawer.leaks?.isOn ? drawer.leaks.borrower(this.acquire) : undefined
      const ready = signal?.aborted ? undefined : drawer.login.take(drawer.member, within)
      if (ready !== undefined)
        return Promise.resolve(this.#lend(ready, drawer, { identity, borrower }))
      return drawer.login
        .wait(drawer.member, { signal, within })
        .then((slot) => this.#lend(slot, drawer, { identity, borrower }))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  stats(): SessionSourceStats {
    let active = 0
    let idle = 0
    let waiting = 0
    for (const login of this.#logins.values()) {
      active += login.lent
      idle += login.idle.length
      for (const { queue } of login.members) waiting += queue.size
    }
    return { active, idle, waiting }
  }

  /** Whether a pooler that shares sessions is known to stand between. */
  get isPooled(): boolean {
    return this.#options.pooler?.isThere ?? false
  }

  close(): Promise<void> {
    return this.#options.close()
  }

  #lend(
    slot: Slot<PgPhysical>,
    { login, observe, leaks }: Drawer,
    { identity, borrower }: { identity: Identity; borrower: Borrower | undefined },
  ): Session {
    const giveBack = (destroy: boolean) => {
      this.#slots.delete(session)
      if (borrower !== undefined) leaks?.forget(session)
      login.release(slot, destroy)
    }
    const inner = this.#sessions.sessionOf(slot.connection.client, giveBack)
    const session = new PooledSession(inner, observe, borrower)
    if (this.isPooled) session.settings = this.#options.logins.loginOf(identity).settings
    if (borrower !== undefined) leaks?.note(session)
    this.#slots.set(session, slot)
    return session
  }

  async #prepare(client: object, signal: AbortSignal): Promise<void> {
    await this.#sessions.prepare(client, signal)
    if (this.#sessions.sessionOf(client, () => {}).backendPid !== 0) return
    this.#options.pooler?.found('sessions of other processes than the one that was connected to')
  }

  #drawerOf({ identity, module }: SessionRequest): Drawer {
    const name = module ?? (identity.kind === 'module' ? identity.module : `(${identity.kind})`)
    const login = this.#options.logins.loginOf(identity)
    const key = `${login.key} ${name}`
    let drawer = this.#drawers.get(key)
    if (drawer === undefined) {
      if (this.#options.host.isClosing) throw closed()
      drawer = this.#options.openDrawer(name, this.#loginOf(identity, login.key))
      this.#drawers.set(key, drawer)
    }
    return drawer
  }

  #loginOf(identity: Identity, key: string): LoginPool<PgPhysical> {
    const { logins, openLogin, gone, pooler } = this.#options
    let login = this.#logins.get(key)
    if (login === undefined) {
      const connector = new PgConnector({
        config: () => logins.loginOf(identity).config,
        prepare: (client, signal) => this.#prepare(client, signal),
        heal: async () => (await logins.heal?.(identity)) ?? false,
        ...(gone === undefined ? {} : { gone }),
        ...(pooler === undefined ? {} : { pooler }),
      })
      // A module's statement may have to ask the catalog first, while it has its connection.
      const keepsPlace = identity.kind === 'administrator'
      login = openLogin({ name: key, connector, keepsPlace })
      this.#logins.set(key, login)
    }
    return login
  }
}
