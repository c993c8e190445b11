import { PlataformaError } from '../error/plataforma-error.js'
import type { BatchFailure } from '../wire/batch.js'
import type { PgConnection } from './pg-connection.js'
import type {
  Residue,
  RunOptions,
  Segment,
  Session,
  StreamOptions,
  WireResult,
  WireStatement,
} from './session.js'

const RESIDUES: readonly Residue[] = ['none', 'settings', 'anything']
/** How long a cancelled statement may take to answer before its connection is given up. */
const CANCEL_GRACE_MS = 5_000

const RESET_SETTINGS: readonly WireStatement[] = [
  { text: 'RESET ALL', prepare: 'always' },
  { text: 'RESET ROLE', prepare: 'always' },
  { text: 'SELECT pg_advisory_unlock_all()', prepare: 'always' },
]

/** One loan of a connection: judged, and cleaned where it must be, when it is released. */
export class PgSession implements Session {
  readonly #connection: PgConnection
  readonly #giveBack: (destroy: boolean) => void
  #residue: Residue = 'none'
  #released = false

  constructor(connection: PgConnection, giveBack: (destroy: boolean) => void) {
    this.#connection = connection
    this.#giveBack = giveBack
  }

  get backendPid(): number {
    return this.#connection.backendPid
  }

  get clockOffsetMs(): number {
    return this.#connection.clockOffsetMs
  }

  get transactionStatus(): 'idle' | 'transaction' | 'failed' {
    return this.#connection.transactionStatus
  }

  async run(
    segments: readonly Segment[],
    options: RunOptions = {},
  ): Promise<readonly (readonly WireResult[])[]> {
    this.#assertLent()
    options.signal?.throwIfAborted()
    const statements = segments.map((segment) => segment.statements)
    let outcome = await this.#abortable(this.#connection.send(statements), options.signal)
    if (outcome.failure !== undefined && this.#mendPrepared(outcome.failure, segments.length)) {
      outcome = await this.#abortable(this.#connection.send(statements), options.signal)
    }
    if (outcome.failure !== undefined) throw outcome.failure.error
    return outcome.results
  }

  async script(text: string, options: RunOptions = {}): Promise<readonly WireResult[]> {
    this.#assertLent()
    options.signal?.throwIfAborted()
    return await this.#abortable(this.#connection.script(text), options.signal)
  }

  async *stream(
    head: readonly WireStatement[],
    statement: WireStatement,
    options: StreamOptions,
  ): AsyncIterableIterator<Record<string, unknown>[]> {
    this.#assertLent()
    options.signal?.throwIfAborted()
    const portal = await this.#connection.openPortal(head, statement, options.chunkSize)
    try {
      while (true) {
        const rows = await this.#abortable(portal.read(), options.signal)
        if (rows.length === 0) return
        yield rows
      }
    } finally {
      portal.close()
      if (!options.signal?.aborted) await this.#connection.settled()
    }
  }

  cancel(): Promise<void> {
    return this.#connection.busy ? this.#connection.cancel() : Promise.resolve()
  }

  async kill(): Promise<void> {
    await this.cancel().finally(() => this.#connection.destroy())
  }

  leaves(residue: Residue): void {
    if (RESIDUES.indexOf(residue) > RESIDUES.indexOf(this.#residue)) this.#residue = residue
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    const connection = this.#connection
    if (connection.broken) this.#giveBack(true)
    else if (
      this.#residue === 'none' &&
      !connection.busy &&
      connection.transactionStatus === 'idle'
    ) {
      this.#giveBack(false)
    } else {
      this.#clean().then(
        () => this.#giveBack(connection.broken),
        () => this.#giveBack(true),
      )
    }
  }

  async #clean(): Promise<void> {
    const connection = this.#connection
    await connection.settled()
    if (connection.broken) return
    const segments: WireStatement[][] = []
    if (connection.transactionStatus !== 'idle') segments.push([{ text: 'ROLLBACK' }])
    if (this.#residue === 'settings') segments.push([...RESET_SETTINGS])
    if (this.#residue === 'anything') {
      segments.push([{ text: 'DISCARD ALL', prepare: 'never' }])
    }
    const { failure } = await connection.send(segments)
    if (failure !== undefined) throw failure.error
    if (this.#residue === 'anything') connection.prepared.forgetAll()
  }

  #assertLent(): void {
    if (!this.#released) return
    throw new PlataformaError('PLT_CLOSED', 'The session was already given back.', {
      remedy: 'Finish all work of a session before its release.',
    })
  }

  /** Frees the caller as soon as the signal aborts; the connection stays taken until it answered. */
  #abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal === undefined) return work
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason)
        this.#cancelInFlight()
      }
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  #cancelInFlight(): void {
    const connection = this.#connection
    if (!connection.busy) return
    const giveUp = setTimeout(() => connection.destroy(), CANCEL_GRACE_MS)
    giveUp.unref()
    const cancelled = connection.cancel().catch(() => connection.destroy())
    void Promise.all([cancelled, connection.settled()]).finally(() => clearTimeout(giveUp))
  }

  /**
   * Repairs the prepared statement that failed and says whether the batch may be sent again: only
   * where nothing of it has taken effect.
   */
  #mendPrepared(failure: BatchFailure, segmentCount: number): boolean {
    const { prepared } = this.#connection
    const code = 'code' in failure.error ? failure.error.code : undefined
    const routine = 'routine' in failure.error ? failure.error.routine : undefined
    const planChanged = code === '0A000' && routine === 'RevalidateCachedQuery'
    if (planChanged && failure.statement?.name !== undefined) {
      prepared.forget(failure.statement.name)
    } else if (code === '26000' || code === '42P05') {
      this.#connection.stopNaming()
    } else {
      return false
    }
    return segmentCount === 1 && this.transactionStatus === 'idle'
  }
}
