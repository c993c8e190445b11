import type { TenantContext } from './tenant-context.js'

/** What is signed of a call that acts for the system, for audit; it opens nothing. */
export interface SystemContext extends Readonly<Record<string, unknown>> {
  readonly reason: string
  readonly userId?: string
  readonly requestId?: string
}

export interface SystemActing {
  readonly kind: 'system'
  readonly reason: string
  readonly context: SystemContext
}

/** For whom a call acts. */
export type Acting =
  | { readonly kind: 'tenant'; readonly context: TenantContext }
  | SystemActing
  | { readonly kind: 'none' }

export const NOBODY: Acting = { kind: 'none' }

/** Whether two calls act for the same: the same tenant, or both for the system or nobody. */
export function actsForSame(one: Acting, other: Acting): boolean {
  if (one.kind !== other.kind) return false
  if (one.kind !== 'tenant' || other.kind !== 'tenant') return true
  return one.context.tenantId === other.context.tenantId
}
