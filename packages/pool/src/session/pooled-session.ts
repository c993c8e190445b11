import type {
  Residue,
  RunOptions,
  Segment,
  Session,
  SessionStreamOptions,
  WireResult,
  WireStatement,
} from '@plataforma/core'

/** Told of every call on a session; `text` is asked only of those that are worth remembering. */
export type StatementObserver = (tookMs: number, text: () => string) => void

/** A session whose calls are measured. */
export class PooledSession implements Session {
  readonly #session: Session
  readonly #observe: StatementObserver

  constructor(session: Session, observe: StatementObserver) {
    this.#session = session
    this.#observe = observe
  }

  get backendPid(): number {
    return this.#session.backendPid
  }

  get clockOffsetMs(): number {
    return this.#session.clockOffsetMs
  }

  get transactionStatus(): 'idle' | 'transaction' | 'failed' {
    return this.#session.transactionStatus
  }

  get broken(): boolean {
    return this.#session.broken
  }

  run(
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<readonly (readonly WireResult[])[]> {
    return this.#measured(this.#session.run(segments, options), () => textOf(segments))
  }

  script(text: string, options?: RunOptions): Promise<readonly WireResult[]> {
    return this.#measured(this.#session.script(text, options), () => text)
  }

  async *stream(
    head: readonly WireStatement[],
    statement: WireStatement,
    options: SessionStreamOptions,
  ): AsyncIterableIterator<Record<string, unknown>[]> {
    const startedAt = performance.now()
    try {
      yield* this.#session.stream(head, statement, options)
    } finally {
      this.#observe(performance.now() - startedAt, () => statement.text)
    }
  }

  cancel(): Promise<void> {
    return this.#session.cancel()
  }

  kill(): Promise<void> {
    return this.#session.kill()
  }

  leaves(residue: Residue): void {
    this.#session.leaves(residue)
  }

  release(): void {
    this.#session.release()
  }

  #measured<Result>(work: Promise<Result>, text: () => string): Promise<Result> {
    const startedAt = performance.now()
    const over = () => this.#observe(performance.now() - startedAt, text)
    work.then(over, over)
    return work
  }
}

/** The statement that the caller meant: what core adds around it is prepared `always`. */
function textOf(segments: readonly Segment[]): string {
  const statements = segments.flatMap((segment) => segment.statements)
  const own = statements.findLast(({ prepare }) => prepare === undefined || prepare === 'auto')
  return (own ?? statements.at(-1))?.text ?? ''
}
