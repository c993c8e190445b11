import type {
  Residue,
  RunOptions,
  Segment,
  Session,
  StreamOptions,
  WireResult,
  WireStatement,
} from '../session.js'

/** Passes everything on to a session; a fault overrides what it does wrong. */
export class PassingSession implements Session {
  constructor(protected readonly inner: Session) {}

  get backendPid(): number {
    return this.inner.backendPid
  }

  get clockOffsetMs(): number {
    return this.inner.clockOffsetMs
  }

  get transactionStatus(): 'idle' | 'transaction' | 'failed' {
    return this.inner.transactionStatus
  }

  get broken(): boolean {
    return this.inner.broken
  }

  run(
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<readonly (readonly WireResult[])[]> {
    return this.inner.run(segments, options)
  }

  script(text: string, options?: RunOptions): Promise<readonly WireResult[]> {
    return this.inner.script(text, options)
  }

  stream(
    head: readonly WireStatement[],
    statement: WireStatement,
    options: StreamOptions,
  ): AsyncIterableIterator<Record<string, unknown>[]> {
    return this.inner.stream(head, statement, options)
  }

  cancel(): Promise<void> {
    return this.inner.cancel()
  }

  kill(): Promise<void> {
    return this.inner.kill()
  }

  leaves(residue: Residue): void {
    this.inner.leaves(residue)
  }

  release(): void {
    this.inner.release()
  }
}

/** Cleans by a script of its own what it was told that is left. */
export class CleaningSession extends PassingSession {
  #residue: Residue = 'none'

  constructor(
    inner: Session,
    private readonly scripts: Readonly<Partial<Record<Residue, string>>>,
    private readonly isMeant: (inner: Session) => boolean = () => true,
  ) {
    super(inner)
  }

  override leaves(residue: Residue): void {
    if (residue in this.scripts) this.#residue = residue
    else this.inner.leaves(residue)
  }

  override release(): void {
    const script = this.scripts[this.#residue]
    if (script === undefined) {
      this.inner.release()
      return
    }
    if (!this.isMeant(this.inner)) {
      this.inner.leaves(this.#residue)
      this.inner.release()
      return
    }
    this.inner.script(script).then(
      () => this.inner.release(),
      () => this.inner.release(),
    )
  }
}
