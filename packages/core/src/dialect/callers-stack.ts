/** The error was made where the socket was read; the frames of the caller are added to it. */
export function withCallersStack(error: unknown): unknown {
  if (error instanceof Error) {
    const [, ...frames] = (new Error().stack ?? '').split('\n')
    error.stack += `\n${frames.join('\n')}`
  }
  return error
}
