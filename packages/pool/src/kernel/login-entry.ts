import { Crowding } from '../budget/crowding.js'
import { Breaker } from './breaker.js'
import type { LoginOptions } from './login-options.js'
import type { PhysicalConnection } from './physical-connection.js'
import { connectTimedOut } from './pool-errors.js'
import type { PoolHost } from './pool-host.js'
import { isPasswordRefused, refusalOf } from './refusal.js'

export interface LoginEntryOptions<Connection extends PhysicalConnection> {
  readonly host: PoolHost<Connection>
  readonly login: () => LoginOptions<Connection>
  /** Tells callers who have nothing else to wait for. */
  readonly refuse: (error: unknown) => void
  /** Tells the caller who waits longest. */
  readonly refuseFirst: (error: unknown) => void
}

/** How a login gets in: its attempts to connect, what refusals say, and a password that is mended. */
export class LoginEntry<Connection extends PhysicalConnection> {
  readonly breaker: Breaker
  readonly crowding: Crowding
  readonly #options: LoginEntryOptions<Connection>
  readonly #attempts = new Set<AbortController>()
  #healing = false
  #healedAt = Number.NEGATIVE_INFINITY

  constructor(options: LoginEntryOptions<Connection>) {
    const { host } = options
    this.#options = options
    this.breaker = new Breaker(host.clock, host.options.longestPauseMs)
    this.crowding = new Crowding(host.clock)
  }

  get connecting(): number {
    return this.#attempts.size
  }

  get isHealing(): boolean {
    return this.#healing
  }

  /** Whether attempts may be made as far as it is up to the login. */
  get isOpen(): boolean {
    return !this.#healing && this.breaker.state !== 'open'
  }

  /** Makes one attempt; the host counts it as long as it goes on. */
  async attempt(onLost: (error: unknown) => void): Promise<Connection> {
    const { host, login } = this.#options
    const { connectTimeoutMs, connector } = login()
    const attempt = new AbortController()
    const cancel = host.clock.after(
      connectTimeoutMs,
      () => attempt.abort(connectTimedOut(connectTimeoutMs)),
      true,
    )
    this.#attempts.add(attempt)
    host.connectBegan()
    try {
      return await connector.connect(attempt.signal, onLost)
    } finally {
      cancel()
      this.#attempts.delete(attempt)
      host.connectEnded()
    }
  }

  /** Ends every attempt. */
  abort(reason: unknown): void {
    for (const attempt of this.#attempts) attempt.abort(reason)
  }

  succeeded(tookMs: number): void {
    this.breaker.succeeded()
    this.#healedAt = Number.NEGATIVE_INFINITY
    this.#options.host.connectSucceeded(tookMs)
  }

  /**
   * @param startedAt when the attempt began
   * @param open places of the login, without the one that was refused
   */
  failed(error: unknown, { startedAt, open }: { startedAt: number; open: number }): void {
    const { host, refuseFirst } = this.#options
    const refusal = refusalOf(error)
    // Who refuses is there, and may let others in.
    if (refusal !== 'unreachable') host.breaker.succeeded()
    switch (refusal) {
      case 'crowded':
        host.crowding.refused(host.used, error)
        break
      case 'login crowded':
        this.crowding.refused(open, error)
        break
      case 'login refused':
        this.#refused(error, startedAt)
        break
      case 'unfit':
        refuseFirst(error instanceof Error ? error.cause : error)
        break
      case 'unreachable':
        host.unreachable(error, refuseFirst)
        break
    }
  }

  #refused(error: unknown, startedAt: number): void {
    const { connector } = this.#options.login()
    // An attempt that is older than the mending says nothing of it.
    if (this.#healing || startedAt < this.#healedAt) return
    const wasHealed = this.#healedAt > Number.NEGATIVE_INFINITY
    this.#healedAt = Number.NEGATIVE_INFINITY
    if (connector.heal !== undefined && isPasswordRefused(error) && !wasHealed) {
      void this.#heal(connector.heal(), error)
    } else this.#shut(error)
  }

  /** The way in is mended while no place of the budget is taken: mending takes a connection too. */
  async #heal(healing: Promise<boolean>, error: unknown): Promise<void> {
    const { host } = this.#options
    this.#healing = true
    const isHealed = await healing.catch(() => false)
    this.#healing = false
    if (isHealed) this.#healedAt = host.clock.now()
    else this.#shut(error)
    host.grow()
  }

  #shut(error: unknown): void {
    this.breaker.failed(error)
    this.#options.refuse(error)
  }
}
