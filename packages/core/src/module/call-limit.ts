import { onAbort } from '../session/on-abort.js'

/**
 * One signal of a call's own for its time limit and all who may end it. Taken down when the call is
 * over: a signal of `AbortSignal.any` would be kept for as long as the time limit runs.
 */
export class CallLimit {
  readonly signal: AbortSignal | undefined
  readonly #controller: AbortController | undefined
  readonly #forgets: (() => void)[] = []
  #timedOut = false

  constructor(timeoutMs: number | undefined, ...signals: readonly (AbortSignal | undefined)[]) {
    const given = signals.filter((signal) => signal !== undefined)
    if (timeoutMs === undefined && given.length < 2) {
      this.signal = given[0]
      return
    }
    this.#controller = new AbortController()
    this.signal = this.#controller.signal
    for (const signal of given) this.#heed(signal, this.#controller)
    if (timeoutMs !== undefined) this.#endAfter(timeoutMs, this.#controller)
  }

  /** Whether the error is the one that the time limit has ended the call with. */
  isTimeout(error: unknown): boolean {
    return this.#timedOut && error === this.signal?.reason
  }

  over(): void {
    for (const forget of this.#forgets.splice(0)) forget()
  }

  #heed(signal: AbortSignal, controller: AbortController): void {
    if (signal.aborted) controller.abort(signal.reason)
    else this.#forgets.push(onAbort(signal, () => controller.abort(signal.reason)))
  }

  #endAfter(milliseconds: number, controller: AbortController): void {
    const timer = setTimeout(() => {
      this.#timedOut = !controller.signal.aborted
      controller.abort(new DOMException('The call took too long.', 'TimeoutError'))
    }, milliseconds).unref()
    this.#forgets.push(() => clearTimeout(timer))
  }
}
