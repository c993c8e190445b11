/** An equal error for every caller: each adds its own stack to what it gets. */
export function copyOfError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = new Error(error.message, { cause: error })
  copy.name = error.name
  return Object.assign(copy, error)
}
