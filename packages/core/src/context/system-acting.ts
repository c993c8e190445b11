import { PlataformaError } from '../error/plataforma-error.js'
import type { Acting, SystemActing } from './acting.js'

/**
 * Acting for the system; who asked stays known.
 * @throws PlataformaError `PLT_OPTION_INVALID` without a reason
 */
export function systemActing(reason: string, asked: Acting): SystemActing {
  if (typeof reason !== 'string' || reason.trim() === '' || reason.includes('\0')) {
    throw new PlataformaError('PLT_OPTION_INVALID', 'Acting as the system needs a reason.', {
      remedy: 'Give `reason` a sentence that an auditor understands.',
    })
  }
  if (asked.kind !== 'tenant') return { kind: 'system', reason, context: { reason } }
  const { userId, requestId } = asked.context
  const context = { reason, ...(userId && { userId }), ...(requestId && { requestId }) }
  return { kind: 'system', reason, context }
}
