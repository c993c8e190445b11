import { PlataformaError } from '@plataforma/core'

/**
 * How long a server may take to answer once its call was aborted. A cancel that a server does hear
 * is answered far sooner; core gives up the connection itself a second later.
 */
export const ABORT_GRACE_MS = 4_000

interface Waiting {
  readonly reject: (error: PlataformaError) => void
  timer: NodeJS.Timeout | undefined
}

/**
 * Keeps one call from waiting for ever once it was aborted: whatever has not ended in time is given
 * up, and all that the call would do after it.
 */
export class AbortDeadline {
  readonly signal: AbortSignal
  readonly #graceMs: number
  readonly #waiting = new Set<Waiting>()
  readonly #given = new AbortController()
  #error: PlataformaError | undefined

  constructor(signal: AbortSignal, graceMs = ABORT_GRACE_MS) {
    this.signal = signal
    this.#graceMs = graceMs
  }

  /** The error of all that was given up; `undefined` until something was. */
  get error(): PlataformaError | undefined {
    return this.#error
  }

  /** For who waits without a statement: aborted by the call, or where that is past by the deadline. */
  get waitSignal(): AbortSignal {
    return this.signal.aborted ? this.#given.signal : this.signal
  }

  /**
   * Waits for work, after an abort no longer than the deadline.
   *
   * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`
   */
  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#error !== undefined) throw this.#error
    const late = Promise.withResolvers<never>()
    const waiting: Waiting = { reject: late.reject, timer: undefined }
    this.#add(waiting)
    try {
      return await Promise.race([work(), late.promise])
    } finally {
      this.#remove(waiting)
    }
  }

  #add(waiting: Waiting): void {
    if (this.signal.aborted) this.#limit(waiting)
    else if (this.#waiting.size === 0) this.signal.addEventListener('abort', this.#onAbort)
    this.#waiting.add(waiting)
  }

  #remove(waiting: Waiting): void {
    clearTimeout(waiting.timer)
    this.#waiting.delete(waiting)
    if (this.#waiting.size === 0) this.signal.removeEventListener('abort', this.#onAbort)
  }

  #limit(waiting: Waiting): void {
    waiting.timer = setTimeout(() => this.#giveUp(), this.#graceMs)
  }

  readonly #onAbort = () => {
    for (const waiting of this.#waiting) this.#limit(waiting)
  }

  #giveUp(): void {
    this.#error ??= unanswered(this.signal.reason, this.#graceMs)
    for (const { reject } of this.#waiting) reject(this.#error)
    this.#given.abort(this.#error)
  }
}

/** Waits for work no longer than to an abort; the work itself goes on. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
  work.catch(() => {})
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function unanswered(reason: unknown, graceMs: number): PlataformaError {
  return new PlataformaError(
    'PLT_DATABASE_UNAVAILABLE',
    `The call was aborted, and PostgreSQL did not answer within ${graceMs / 1000} s: its connections were given up.`,
    {
      remedy:
        'Check the server and the network, then run the migrations again: what was not done is begun anew, or gone on with.',
      cause: reason,
    },
  )
}
