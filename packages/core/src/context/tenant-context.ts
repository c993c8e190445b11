import { PlataformaError } from '../error/plataforma-error.js'

/** Who a call is made for. Everything but `tenantId` is carried for audit and logs. */
export interface TenantContext {
  readonly tenantId: string
  readonly userId?: string
  readonly roles?: readonly string[]
  readonly requestId?: string
  readonly [key: string]: unknown
}

/** @throws PlataformaError `PLT_TENANT_ID_INVALID` */
export function assertTenantContext(context: TenantContext): void {
  const tenantId: unknown = context?.tenantId
  if (typeof tenantId === 'string' && tenantId !== '') return
  throw new PlataformaError('PLT_TENANT_ID_INVALID', 'The context has no `tenantId`.', {
    remedy: 'Give `withContext` an object with the tenant’s id as a text that is not empty.',
  })
}
