import type { Acting } from '../context/acting.js'
import type { ContextStore } from '../context/context-store.js'
import type { ContextTokens } from '../context/context-tokens.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Identity } from '../identity/identity.js'
import type { ModuleSetting, Scope, ScopeHead, ScopeProvider } from './scope.js'

export interface ModuleScopeOptions {
  readonly module: string
  readonly schema: string
  readonly runtimeRole: string
  readonly systemRole: string
  readonly store: ContextStore
  readonly tokens: ContextTokens
  /** Who runs the module's statements for a tenant. */
  readonly identity: Identity
  /** What a call without a context does: `undefined` lets it act as the system. */
  readonly refuseNobody: boolean
  /** Called when a call without a context acts as the system. */
  readonly onNobody: () => void
  /** Limits of this module's own, asked at each call. */
  readonly settings: () => readonly ModuleSetting[] | undefined
}

type ScopeTarget = Pick<ScopeHead, 'key' | 'role' | 'searchPath'>

const SYSTEM: Identity = { kind: 'system' }

/** Reads, once per call, for whom a module's statement runs. */
export class ModuleScopes implements ScopeProvider {
  readonly #options: ModuleScopeOptions
  readonly #ofTenants: ScopeTarget
  readonly #ofSystem: ScopeTarget
  /** Calls of one context follow each other. */
  #last: Scope | undefined

  constructor(options: ModuleScopeOptions) {
    this.#options = options
    const searchPath = `${options.schema}, extensions, pg_temp`
    this.#ofTenants = target(options.runtimeRole, searchPath)
    this.#ofSystem = target(options.systemRole, searchPath)
  }

  /** @throws PlataformaError `PLT_TENANT_CONTEXT_REQUIRED` */
  current(): Scope {
    const { acting } = this.#options.store
    if (acting.kind === 'tenant') return this.#tenantScope(acting)
    if (acting.kind === 'none') {
      if (this.#options.refuseNobody) throw this.#contextRequired()
      this.#options.onNobody()
    }
    const settings = this.#options.settings()
    return this.#scope(acting, SYSTEM, {
      ...this.#ofSystem,
      ...(settings && { settings }),
      token: (session) =>
        acting.kind === 'system'
          ? this.#options.tokens.tokenFor('system', acting.context, session)
          : '',
    })
  }

  #tenantScope(acting: Extract<Acting, { kind: 'tenant' }>): Scope {
    const { tokens, identity } = this.#options
    const settings = this.#options.settings()
    const last = this.#last
    if (last?.acting === acting && last.head?.settings === settings) return last
    const scope = this.#scope(acting, identity, {
      ...this.#ofTenants,
      ...(settings && { settings }),
      token: (session) => tokens.tokenFor('tenant', acting.context, session),
    })
    this.#last = scope
    return scope
  }

  #scope(acting: Acting, identity: Identity, head: ScopeHead): Scope {
    return { module: this.#options.module, identity, purpose: 'module', acting, head }
  }

  #contextRequired(): PlataformaError {
    return new PlataformaError(
      'PLT_TENANT_CONTEXT_REQUIRED',
      `Module "${this.#options.module}" was called outside a tenant's context.`,
      {
        module: this.#options.module,
        remedy:
          'Call inside `withContext({ tenantId }, fn)`; for jobs across tenants use `asSystem({ reason }, fn)`.',
      },
    )
  }
}

function target(role: string, searchPath: string): ScopeTarget {
  return { key: `${role} ${searchPath}`, role, searchPath }
}
