/** Between a query's driver and the code that awaits it are some ten frames of Kysely. */
const DEEP = 20

/** Runs a query, and adds the frames of the code that asks for it to the stack of its error. */
export async function withCaller<T>(query: () => Promise<T>): Promise<T> {
  const caller = callerNow()
  try {
    return await query()
  } catch (error) {
    if (error instanceof Error && typeof error.stack === 'string') {
      // An error is written out when its stack is first read.
      const [, ...frames] = (caller.stack ?? '').split('\n')
      error.stack = [error.stack, ...frames].join('\n')
    }
    throw error
  }
}

function callerNow(): Error {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEEP
  const caller = new Error()
  Error.stackTraceLimit = limit
  return caller
}
