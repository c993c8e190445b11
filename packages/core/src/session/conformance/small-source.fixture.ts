import pg from 'pg'
import { PlataformaError } from '../../error/plataforma-error.js'
import { ClientSessions } from '../client-sessions.js'
import type { Session } from '../session.js'
import type { SessionRequest, SessionSource } from '../session-source.js'
import type { SourceLimits } from './trial.js'

interface Waiting {
  readonly lend: () => void
  readonly refuse: (reason: unknown) => void
}

/** The smallest source that keeps every promise: what a third party writes on `ClientSessions`. */
export class SmallSource implements SessionSource {
  readonly #connectionString: string
  readonly #limits: SourceLimits
  readonly #sessions = new ClientSessions()
  readonly #clients = new Set<pg.Client>()
  readonly #idle: pg.Client[] = []
  readonly #waiting = new Set<Waiting>()
  #lent = 0
  #closing: Promise<void> | undefined
  #returned: (() => void) | undefined

  constructor(connectionString: string, limits: SourceLimits) {
    this.#connectionString = connectionString
    this.#limits = limits
  }

  async acquire({ signal }: SessionRequest): Promise<Session> {
    signal?.throwIfAborted()
    await this.#place(signal)
    try {
      return await this.#lend(signal)
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Waits until one more may be lent. */
  async #place(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closing !== undefined) throw closed()
    if (this.#lent < this.#limits.max) {
      this.#lent++
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting: Waiting = { lend: resolve, refuse: reject }
    const deadline = setTimeout(() => reject(late()), this.#limits.acquireTimeoutMs)
    const onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    this.#waiting.add(waiting)
    try {
      await promise
    } finally {
      this.#waiting.delete(waiting)
      clearTimeout(deadline)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #lend(signal: AbortSignal | undefined): Promise<Session> {
    for (let client = this.#idle.pop(); client !== undefined; client = this.#idle.pop()) {
      if (this.#clients.has(client)) return await this.#sessionOf(client, signal)
    }
    const client = new pg.Client(this.#connectionString)
    this.#clients.add(client)
    client.on('end', () => this.#clients.delete(client))
    await client.connect()
    return await this.#sessionOf(client, signal)
  }

  #sessionOf(client: pg.Client, signal: AbortSignal | undefined): Promise<Session> {
    return this.#sessions.lend(client, {
      signal,
      giveBack: (destroy) => {
        if (destroy || this.#closing !== undefined) void client.end()
        else this.#idle.push(client)
        this.#leave()
      },
    })
  }

  /** The place goes to who has waited longest. */
  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#lent--
      if (this.#lent === 0) this.#returned?.()
      return
    }
    this.#waiting.delete(next)
    next.lend()
  }

  async #close(): Promise<void> {
    for (const { refuse } of this.#waiting) refuse(closed())
    this.#waiting.clear()
    if (this.#lent > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#limits.closeTimeoutMs)
        this.#returned = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await Promise.all([...this.#clients].map((client) => client.end()))
  }
}

function closed(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The source was closed.')
}

function late(): PlataformaError {
  return new PlataformaError('PLT_POOL_TIMEOUT', 'No session became free in time.')
}
