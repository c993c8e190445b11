import { PlataformaError } from '@plataforma/core'

export function poolEnded(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'Cannot use a pool after calling end on the pool.', {
    remedy: 'Make no calls after `end()`.',
  })
}

export function endedTwice(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'Called end on pool more than once.', {
    remedy: 'Call `end()` once.',
  })
}

export function releasedTwice(): PlataformaError {
  return new PlataformaError(
    'PLT_CLOSED',
    'Release called on client which has already been released to the pool.',
    { remedy: 'Release a client once, and do not use it afterwards.' },
  )
}

/** Callers of `pg.Pool` know a timeout by how its message begins. */
export function inPgWords(error: unknown): unknown {
  if (!(error instanceof PlataformaError) || error.code !== 'PLT_POOL_TIMEOUT') return error
  const { message, remedy, module, details, cause } = error
  return new PlataformaError(error.code, `timeout exceeded when trying to connect: ${message}`, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(module === undefined ? {} : { module }),
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined ? {} : { cause }),
  })
}
