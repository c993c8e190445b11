import { PlataformaError } from '@plataforma/core'
import { AbortDeadline, untilAborted } from '../abort/abort-deadline.js'

type Work<T> = (deadline: AbortDeadline) => Promise<T>

/** The calls of a system that are under way: each ends by its own signal, all by `close`. */
export class RunningCalls {
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  /** Aborted by `close`. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Runs a call; aborted, it ends in order, or by its deadline where no server answers. */
  async run<T>(signal: AbortSignal | undefined, work: Work<T>): Promise<T> {
    return await this.#run(this.#either(signal), work)
  }

  /** Runs a call that changes nothing, whose caller has not to wait for its end once it is aborted. */
  async read<T>(signal: AbortSignal | undefined, work: Work<T>): Promise<T> {
    const either = this.#either(signal)
    return await untilAborted(either, this.#run(either, work))
  }

  /** Aborts all calls, and resolves when they have ended. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#running)
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    const { closing } = this
    if (closing.aborted) throw closed()
    signal?.throwIfAborted()
    return signal === undefined ? closing : AbortSignal.any([signal, closing])
  }

  async #run<T>(signal: AbortSignal, work: Work<T>): Promise<T> {
    const deadline = new AbortDeadline(signal)
    const running = work(deadline)
    this.#running.add(running)
    try {
      return await running
    } catch (error) {
      throw isOutcomeUnknown(error) ? error : (deadline.error ?? error)
    } finally {
      this.#running.delete(running)
    }
  }
}

function closed(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The migrations were closed.', {
    remedy: 'Make the call before `close()`, or make another MigrationSystem.',
  })
}

/** Whether an error tells more than that nobody answered. */
function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof PlataformaError && error.code === 'PLT_OUTCOME_UNKNOWN'
}
