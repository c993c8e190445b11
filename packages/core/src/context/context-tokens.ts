import { PlataformaError } from '../error/plataforma-error.js'
import type { Clock } from '../plugin/plugin.js'
import type { Session } from '../session/session.js'

/** Signs a context for one backend until a moment of the server's clock. */
export type SignContext = (
  kind: 'tenant' | 'system',
  context: Readonly<Record<string, unknown>>,
  binding: { readonly backendPid: number; readonly expiresAtMs: number },
) => string

interface Token {
  readonly text: string
  readonly expiresAtMs: number
}

/** A token may start statements for this long; a running statement outlives it. */
const VALID_MS = 5 * 60_000
const RENEW_BEFORE_MS = 2 * 60_000

/** Signed contexts, remembered per context object and backend while they are fresh. */
export class ContextTokens {
  readonly #sign: SignContext
  readonly #clock: Clock
  readonly #tokens = new WeakMap<object, Map<number, Token>>()

  constructor(sign: SignContext, clock: Clock) {
    this.#sign = sign
    this.#clock = clock
  }

  tokenFor(
    kind: 'tenant' | 'system',
    context: Readonly<Record<string, unknown>>,
    session: Session,
  ): string {
    const now = this.#clock.now() + session.clockOffsetMs
    let ofContext = this.#tokens.get(context)
    if (ofContext === undefined) {
      ofContext = new Map()
      this.#tokens.set(context, ofContext)
    }
    const known = ofContext.get(session.backendPid)
    if (known !== undefined && known.expiresAtMs - now > RENEW_BEFORE_MS) return known.text
    const expiresAtMs = Math.round(now + VALID_MS)
    const text = this.#signed(kind, context, { backendPid: session.backendPid, expiresAtMs })
    ofContext.set(session.backendPid, { text, expiresAtMs })
    return text
  }

  #signed(...[kind, context, binding]: Parameters<SignContext>): string {
    try {
      return this.#sign(kind, context, binding)
    } catch (cause) {
      throw new PlataformaError('PLT_OPTION_INVALID', 'The context cannot be written as JSON.', {
        cause,
        remedy: 'Give `withContext` plain data: text, numbers, lists, no bigint, no circles.',
      })
    }
  }
}
