import { PlataformaError } from '@plataforma/core'

/** Figures of the moment, for whoever reads the error. */
export interface PoolMoment {
  readonly module: string
  readonly active: number
  readonly waiting: number
  readonly max: number
  /** Connections that are open for the login, whoever uses them. */
  readonly open: number
  /** Connections that all logins of this process may have open together. */
  readonly budget: number
}

export function timedOut(moment: PoolMoment, waitedMs: number, cause: unknown): PlataformaError {
  const { module, active, waiting, max, open, budget } = moment
  return new PlataformaError(
    'PLT_POOL_TIMEOUT',
    `No connection became free for "${module}" within ${Math.round(waitedMs)} ms: ` +
      `${active} of its ${max} in use, ${open} open for its login, budget ${budget}.`,
    {
      ...(cause === undefined ? {} : { cause }),
      module,
      remedy:
        cause !== undefined
          ? 'The server refused more connections (see `cause`): raise its max_connections or run fewer processes.'
          : active >= max
            ? 'Finish work sooner, or raise `max` of this module.'
            : 'Finish work sooner, raise the server’s max_connections, or run fewer processes.',
      details: { active, waiting, max, open, budget, waitedMs: Math.round(waitedMs) },
    },
  )
}

export function overloaded(moment: PoolMoment, waitedMs: number): PlataformaError {
  const { module, waiting } = moment
  return new PlataformaError(
    'PLT_POOL_OVERLOADED',
    `"${module}" is overloaded: ${waiting} callers wait, and for long.`,
    {
      module,
      remedy: 'Send less at once and try again later; raise `max` if the server has room.',
      details: { ...moment, waitedMs: Math.round(waitedMs) },
    },
  )
}

export function deadlocked(moment: PoolMoment): PlataformaError {
  const { module, active, max, budget } = moment
  return new PlataformaError(
    'PLT_POOL_DEADLOCK',
    `A call for "${module}" inside a transaction would wait for ever: ` +
      `everybody who has a connection waits for another (${active} of its ${max} in use, budget ${budget}).`,
    {
      module,
      remedy:
        'Use the transaction’s own handle inside it, or raise `max` and the budget above the nesting.',
      details: { ...moment },
    },
  )
}

export function closed(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The pool was closed.', {
    remedy: 'Make no calls after `close()`.',
  })
}

/** As the operating system would say it, some minutes later. */
export function connectTimedOut(milliseconds: number): Error {
  const message = `PostgreSQL did not answer within ${milliseconds} ms.`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}
