/** Who a call is made for. Everything but `tenantId` is carried for audit and logs. */
export interface TenantContext {
  readonly tenantId: string
  readonly userId?: string
  readonly roles?: readonly string[]
  readonly requestId?: string
  readonly [key: string]: unknown
}
