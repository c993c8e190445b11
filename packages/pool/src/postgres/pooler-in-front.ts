/** Thrown where a connection shows that it is a pooler's, not the server's. */
export class PoolerInFront extends Error {
  override readonly name = 'PoolerInFront'

  /** What showed it. */
  readonly sign: string

  constructor(sign: string, options?: ErrorOptions) {
    super(`A pooler stands before PostgreSQL: ${sign}.`, options)
    this.sign = sign
  }
}

const PROTOCOL_VIOLATION = '08P01'

/** A pooler refuses parameters of a session's start that PostgreSQL itself would accept. */
export function isRefusedParameter(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === PROTOCOL_VIOLATION &&
    /unsupported startup parameter/i.test(error.message)
  )
}
