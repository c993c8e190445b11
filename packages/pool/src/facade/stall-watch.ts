import type { PoolClock } from '../kernel/clock.js'
import type { LoginPool } from '../kernel/login-pool.js'
import type { Member } from '../kernel/member.js'
import type { Slot } from '../kernel/slot.js'
import type { PgPhysical } from '../postgres/pg-physical.js'
import { bytesSent, isReady } from './client-state.js'

export interface StallWatchOptions {
  readonly login: LoginPool<PgPhysical>
  readonly member: Member<PgPhysical>
  /** Milliseconds for which every client is still. */
  readonly timeoutMs: number
}

interface Sample {
  readonly lentAt: number
  readonly sent: number
  readonly since: number
}

const LOOKS = 4

/**
 * Finds callers who wait for clients whose borrowers wait in turn. Who holds what nobody knows;
 * but that nothing was sent on any lent client for a while can be seen.
 */
export class StallWatch {
  readonly #options: StallWatchOptions
  readonly #clock: PoolClock
  #samples = new Map<Slot<PgPhysical>, Sample>()
  #isArmed = false

  constructor(options: StallWatchOptions) {
    this.#options = options
    this.#clock = options.login.host.clock
  }

  /** To be called when somebody begins to wait. */
  watch(): void {
    if (this.#isArmed || this.#options.timeoutMs === 0) return
    this.#isArmed = true
    this.#look()
  }

  #look(): void {
    const { login, member, timeoutMs } = this.#options
    if (member.queue.size === 0 || login.host.isClosing) {
      this.#isArmed = false
      this.#samples.clear()
      return
    }
    const now = this.#clock.now()
    const cameBefore = now - timeoutMs
    const first = member.queue.first?.since ?? now
    const isStill = this.#stillSince(now) <= cameBefore
    if (isStill && first <= cameBefore) login.relieve(member, cameBefore)
    this.#clock.after(timeoutMs / LOOKS, () => this.#look(), false)
  }

  /** When the last of those who could give something back fell still. */
  #stillSince(now: number): number {
    const { login, member } = this.#options
    const samples = new Map<Slot<PgPhysical>, Sample>()
    let latest = this.#isHelpComing ? now : Number.NEGATIVE_INFINITY
    for (const slot of login.lentSlots()) {
      if (!member.mayUseMore && slot.member !== member) continue
      const { client } = slot.connection
      const sent = bytesSent(client)
      if (sent === undefined || !isReady(client)) {
        latest = now
        continue
      }
      const known = this.#samples.get(slot)
      const isSame = known?.sent === sent && known.lentAt === slot.since
      const sample = isSame ? known : { sent, lentAt: slot.since, since: now }
      samples.set(slot, sample)
      latest = Math.max(latest, sample.since)
    }
    this.#samples = samples
    return latest
  }

  /** Whether somebody else than the borrowers will make room. */
  get #isHelpComing(): boolean {
    const { login, member } = this.#options
    if (login.connecting > 0 || login.closing > 0) return true
    if (!member.mayUseMore) return false
    const { host } = login
    return host.free > 0 || host.logins.some((other) => other !== login && other.live > 0)
  }
}
