import type {
  LocalSetting,
  Residue,
  RunOptions,
  Segment,
  Session,
  SessionStreamOptions,
  WireResult,
  WireStatement,
} from '@plataforma/core'
import type { Borrower, WatchedLoan } from '../kernel/leak-watch.js'

/** Told of every call on a session; `text` is asked only of those that are worth remembering. */
export type StatementObserver = (tookMs: number, text: () => string) => void

/** A session whose calls are measured. */
export class PooledSession implements Session, WatchedLoan {
  readonly borrower: Borrower | undefined
  isReported = false
  settings: readonly LocalSetting[] | undefined
  readonly #session: Session
  readonly #observe: StatementObserver
  #running = 0
  #stillSince = performance.now()

  constructor(session: Session, observe: StatementObserver, borrower: Borrower | undefined) {
    this.#session = session
    this.#observe = observe
    this.borrower = borrower
  }

  /** When the last call on it ended; `undefined` while one goes on. */
  get stillSince(): number | undefined {
    return this.#running > 0 ? undefined : this.#stillSince
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
    return this.#measured(
      () => this.#session.run(segments, options),
      () => textOf(segments),
    )
  }

  script(text: string, options?: RunOptions): Promise<readonly WireResult[]> {
    return this.#measured(
      () => this.#session.script(text, options),
      () => text,
    )
  }

  async *stream(
    head: readonly WireStatement[],
    statement: WireStatement,
    options: SessionStreamOptions,
  ): AsyncIterableIterator<Record<string, unknown>[]> {
    const startedAt = performance.now()
    try {
      // Between two portions its reader is at work, or has forgotten it.
      for await (const rows of this.#session.stream(head, statement, options)) {
        this.#stillSince = performance.now()
        yield rows
      }
    } finally {
      this.#stillSince = performance.now()
      this.#observe(this.#stillSince - startedAt, () => statement.text)
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

  #measured<Result>(send: () => Promise<Result>, text: () => string): Promise<Result> {
    const startedAt = performance.now()
    const work = send()
    this.#running += 1
    const over = () => {
      this.#running -= 1
      this.#stillSince = performance.now()
      this.#observe(this.#stillSince - startedAt, text)
    }
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
