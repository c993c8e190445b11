import { PlataformaError } from '@plataforma/core'

const NETWORK: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
])

/** As core tells it, and who gave up a connection that did not answer. */
const OWN = 'PLT_DATABASE_UNAVAILABLE'

/** `pg` raises these without a code. */
const MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed)/

/** Whether an error says that the session is gone, so that nobody knows what its last call did. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined && (OWN === code || NETWORK.has(code) || isServerGone(code))) return true
  if (MESSAGES.test(error.message)) return true
  return error.cause !== undefined && error.cause !== error && isConnectionLost(error.cause)
}

/** Class 08, and a backend that was ended: admin_shutdown, crash_shutdown, idle time-outs. */
function isServerGone(code: string): boolean {
  return code.startsWith('08') || /^57P0[1-5]$/.test(code) || /^25P0[34]$/.test(code)
}

/** The error for people where the session of a migration is gone; others stay as they are. */
export function connectionLost(
  error: unknown,
  { module, name }: { readonly module: string; readonly name: string },
): unknown {
  if (!isConnectionLost(error) || error instanceof PlataformaError) return error
  return new PlataformaError(
    'PLT_DATABASE_UNAVAILABLE',
    `The connection was lost in migration ${name} of "${module}": ${error instanceof Error ? error.message : error}`,
    {
      module,
      remedy: 'Run the migrations again: what was not done is begun anew, or gone on with.',
      cause: error,
      details: { migration: name },
    },
  )
}
