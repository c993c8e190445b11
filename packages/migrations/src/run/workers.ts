import type { Engine } from './engine.js'
import { moduleLock } from './lock-key.js'
import type { MigrationSession } from './migration-session.js'
import { holdSession, type SessionHold } from './session-hold.js'
import { releaseLock, takeLock } from './take-lock.js'
import type { Deployer } from './with-deployer-lock.js'

/** How long further sessions are waited for, all together. */
const PATIENCE_MS = 1_000

/**
 * The sessions on which modules migrate at the same time, each with the lock of its module: should
 * the session of the deployer lock be lost, no other process comes in between.
 */
export class Workers {
  readonly #first: MigrationSession
  readonly #others: readonly SessionHold[]
  readonly #lockWaitMs: number
  readonly #modules = new Map<number, string>()

  private constructor(first: MigrationSession, others: readonly SessionHold[], lockWaitMs: number) {
    this.#first = first
    this.#others = others
    this.#lockWaitMs = lockWaitMs
  }

  /** The first one works on the session of the deployer lock. */
  static async open(
    { ground, parallel, lockWaitMs }: Engine,
    { session }: Deployer,
    modules: number,
  ): Promise<Workers> {
    const more = Math.min(parallel, modules) - 1
    const asked = Array.from({ length: more }, () =>
      holdSession(ground.db, session.signal, PATIENCE_MS),
    )
    const settled = await Promise.allSettled(asked)
    const holds = settled.flatMap((one) =>
      one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [],
    )
    return new Workers(session, holds, lockWaitMs)
  }

  get count(): number {
    return 1 + this.#others.length
  }

  /** The session of a worker, with the lock of the module. */
  async sessionFor(worker: number, module: string): Promise<MigrationSession> {
    const session = this.#session(worker)
    if (this.#modules.get(worker) !== module) {
      await takeLock(session, { key: moduleLock(module), waitMs: this.#lockWaitMs })
      this.#modules.set(worker, module)
    }
    return session
  }

  async leave(worker: number, module: string): Promise<void> {
    if (this.#modules.get(worker) !== module) return
    this.#modules.delete(worker)
    await releaseLock(this.#session(worker), moduleLock(module))
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#others.map((hold) => hold.release()))
  }

  #session(worker: number): MigrationSession {
    return this.#others[worker - 1]?.session ?? this.#first
  }
}
