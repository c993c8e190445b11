/** The server's ErrorResponse has a severity; errors of the socket have none. */
export function isServerError(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity !== undefined
}
