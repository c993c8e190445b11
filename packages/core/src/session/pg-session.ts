import { PlataformaError } from '../error/plataforma-error.js'
import { cleanConnection } from './clean-connection.js'
import type { PgConnection } from './pg-connection.js'
import { readPortal } from './read-portal.js'
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

  get broken(): boolean {
    return this.#connection.broken
  }

  run(
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<readonly (readonly WireResult[])[]> {
    const refused = this.#refusal(options?.signal)
    if (refused !== undefined) return Promise.reject(refused.reason)
    return this.#connection.send(segments, options)
  }

  script(text: string, options?: RunOptions): Promise<readonly WireResult[]> {
    const refused = this.#refusal(options?.signal)
    if (refused !== undefined) return Promise.reject(refused.reason)
    return this.#connection.script(text, options)
  }

  async *stream(
    head: readonly WireStatement[],
    statement: WireStatement,
    options: StreamOptions,
  ): AsyncIterableIterator<Record<string, unknown>[]> {
    const refused = this.#refusal(options.signal)
    if (refused !== undefined) throw refused.reason
    const request = { head, statement, ...options, residue: this.#residue }
    for await (const rows of readPortal(this.#connection, request)) {
      yield rows
      if (this.#released) throw givenBack()
    }
  }

  async cancel(): Promise<void> {
    if (!this.#released) await this.#connection.cancel()
  }

  async kill(): Promise<void> {
    if (!this.#released) await this.#connection.kill()
  }

  leaves(residue: Residue): void {
    if (RESIDUES.indexOf(residue) > RESIDUES.indexOf(this.#residue)) this.#residue = residue
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    const connection = this.#connection
    const isClean =
      this.#residue === 'none' && !connection.busy && connection.transactionStatus === 'idle'
    if (connection.broken || isClean) {
      this.#giveBack(connection.broken)
      return
    }
    void cleanConnection(connection, this.#residue).then((isUsable) => this.#giveBack(!isUsable))
  }

  #refusal(signal: AbortSignal | undefined): { readonly reason: unknown } | undefined {
    if (this.#released) return { reason: givenBack() }
    return signal?.aborted ? { reason: signal.reason } : undefined
  }
}

function givenBack(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The session was already given back.', {
    remedy: 'Finish all work of a session before its release.',
  })
}
