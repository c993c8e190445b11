import type { PoolClock } from './clock.js'
import type { Connector, PhysicalConnection } from './physical-connection.js'

export class MockConnection implements PhysicalConnection {
  broken = false
  readonly #server: MockServer
  readonly onGone: () => void
  readonly id: number

  constructor(server: MockServer, id: number, onGone: () => void) {
    this.#server = server
    this.id = id
    this.onGone = onGone
  }

  end(): Promise<void> {
    return this.#server.close(this, this.#server.endMs)
  }

  destroy(): Promise<void> {
    return this.#server.close(this, this.#server.destroyMs)
  }

  /** As when an administrator ends its backend. */
  kill(): void {
    if (this.broken) return
    this.broken = true
    this.#server.open.delete(this)
    this.onGone()
  }
}

/** Counts backends like a server would, and takes its time. */
export class MockServer implements Connector<MockConnection> {
  connectMs = 5
  endMs = 1
  destroyMs = 3
  /** What an attempt fails with, if it does. */
  refusal: (() => Error | undefined) | undefined
  onAttempt: () => void = () => {}
  readonly open = new Set<MockConnection>()
  attempts = 0
  connecting = 0
  most = 0
  ended = 0
  readonly #clock: PoolClock

  constructor(clock: PoolClock) {
    this.#clock = clock
  }

  get backends(): number {
    return this.open.size + this.connecting
  }

  connect(signal: AbortSignal, onGone: () => void): Promise<MockConnection> {
    this.attempts += 1
    this.connecting += 1
    this.most = Math.max(this.most, this.backends)
    this.onAttempt()
    return new Promise((resolve, reject) => {
      const over = () => {
        this.connecting -= 1
        cancel()
        signal.removeEventListener('abort', abort)
      }
      const abort = () => {
        over()
        reject(signal.reason)
      }
      const cancel = this.#clock.after(
        this.connectMs,
        () => {
          over()
          const error = this.refusal?.()
          if (error !== undefined) return reject(error)
          const connection = new MockConnection(this, this.attempts, onGone)
          this.open.add(connection)
          resolve(connection)
        },
        true,
      )
      signal.addEventListener('abort', abort)
    })
  }

  async close(connection: MockConnection, milliseconds: number): Promise<void> {
    connection.broken = true
    await new Promise<void>((resolve) => {
      this.#clock.after(milliseconds, resolve, true)
    })
    this.open.delete(connection)
    this.ended += 1
  }
}
