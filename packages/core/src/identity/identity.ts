/**
 * Who a session logs in as. Owners of modules are reached from `administrator` by SET ROLE;
 * `application` runs statements of several modules in one transaction.
 */
export type Identity =
  | { readonly kind: 'administrator' }
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'application' }
  | { readonly kind: 'system' }

/** One string per identity, for maps and messages. */
export function identityKey(identity: Identity): string {
  return identity.kind === 'module' ? `module:${identity.module}` : identity.kind
}
