import { PlataformaError } from '../error/plataforma-error.js'

/** Who a call is made for. Everything but `tenantId` is carried for audit and logs. */
export interface TenantContext {
  readonly tenantId: string
  readonly userId?: string
  readonly roles?: readonly string[]
  readonly requestId?: string
  readonly [key: string]: unknown
}

/**
 * The context as it is now: signed contexts are remembered with the object, so what its giver does
 * to it later must not reach it.
 * @throws PlataformaError `PLT_TENANT_ID_INVALID`
 */
export function takeTenantContext(context: TenantContext): TenantContext {
  const tenantId: unknown = context?.tenantId
  if (typeof tenantId !== 'string' || tenantId === '') {
    throw invalid(
      tenantId === undefined || tenantId === null || tenantId === ''
        ? 'The context has no `tenantId`.'
        : `The context's \`tenantId\` is of type ${typeof tenantId}, expected a text.`,
      'Give `withContext` an object with the tenant’s id as a text that is not empty.',
    )
  }
  if (tenantId.includes('\0') || !tenantId.isWellFormed()) {
    throw invalid(
      'The `tenantId` of the context is no text that PostgreSQL can hold.',
      'Give an id without the character NUL and without halves of surrogate pairs.',
    )
  }
  return Object.freeze({ ...context, tenantId })
}

function invalid(message: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_TENANT_ID_INVALID', message, { remedy })
}
