/** The SQLSTATE of an error, or of what caused it. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('sqlState' in error && typeof error.sqlState === 'string') return error.sqlState
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)) {
    return error.code
  }
  return error.cause === undefined || error.cause === error ? undefined : sqlStateOf(error.cause)
}
