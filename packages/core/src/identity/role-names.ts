import { createHash } from 'node:crypto'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Identity } from './identity.js'

const CONFIGURED_PREFIX = /^[a-z][a-z0-9]{0,10}$/

/**
 * The names of a database's roles. Roles belong to the cluster, so every name begins with a prefix
 * that no other database has; the kind stands before the module, so that no two names meet; and
 * all fit into PostgreSQL's 63 bytes with a module name of 40.
 *
 * @example
 * RoleNames.of('plataforma_dev').owner('vendas') // platab4d6ff_own_vendas
 */
export class RoleNames {
  readonly prefix: string

  private constructor(prefix: string) {
    this.prefix = prefix
  }

  /**
   * @param rolePrefix Up to 11 lower-case letters and digits, unique in the cluster; by default
   * five readable characters of the database's name and six hexadecimal ones of its SHA-256.
   * @throws PlataformaError `PLT_CONFIG_INVALID`
   */
  static of(databaseName: string, rolePrefix?: string): RoleNames {
    if (rolePrefix === undefined) return new RoleNames(prefixOf(databaseName))
    if (CONFIGURED_PREFIX.test(rolePrefix) && rolePrefix !== 'pg') return new RoleNames(rolePrefix)
    throw new PlataformaError(
      'PLT_CONFIG_INVALID',
      `The role prefix "${rolePrefix}" cannot be used.`,
      {
        remedy:
          'Set `rolePrefix` to 1 to 11 lower-case letters and digits, beginning with a letter.',
      },
    )
  }

  /** Owns the signing keys and the functions that verify a context. */
  get keyOwner(): string {
    return `${this.prefix}_keys`
  }

  /** The group that the tenant policies name. */
  get tenants(): string {
    return `${this.prefix}_tenants`
  }

  /** Sees every tenant of every module. */
  get system(): string {
    return `${this.prefix}_system`
  }

  owner(module: string): string {
    return `${this.prefix}_own_${module}`
  }

  runtime(module: string): string {
    return `${this.prefix}_run_${module}`
  }

  moduleLogin(module: string, keyId: string): string {
    return `${this.prefix}_log_${keyId}_${module}`
  }

  applicationLogin(keyId: string): string {
    return `${this.prefix}_app_${keyId}`
  }

  systemLogin(keyId: string): string {
    return `${this.prefix}_sys_${keyId}`
  }

  /** The login of an identity; the administrator's own is not ours to name. */
  login(identity: Exclude<Identity, { kind: 'administrator' }>, keyId: string): string {
    if (identity.kind === 'module') return this.moduleLogin(identity.module, keyId)
    return identity.kind === 'application' ? this.applicationLogin(keyId) : this.systemLogin(keyId)
  }

  /** What a login is for, `undefined` where the name is not a login's of this database. */
  readLogin(name: string): { readonly keyId: string; readonly identity: Identity } | undefined {
    const match = new RegExp(`^${this.prefix}_(log|app|sys)_([0-9a-f]{6})(?:_(.+))?$`).exec(name)
    const [, kind, keyId, module] = match ?? []
    if (keyId === undefined || (kind === 'log') !== (module !== undefined)) return undefined
    if (module !== undefined) return { keyId, identity: { kind: 'module', module } }
    return { keyId, identity: { kind: kind === 'app' ? 'application' : 'system' } }
  }
}

function prefixOf(databaseName: string): string {
  const letters = databaseName.toLowerCase().replace(/[^a-z0-9]/g, '')
  const readable = /^[a-z]/.test(letters) ? letters.slice(0, 5) : `d${letters.slice(0, 4)}`
  return readable + createHash('sha256').update(databaseName).digest('hex').slice(0, 6)
}
