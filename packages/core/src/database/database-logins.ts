import type { ClientConfig } from 'pg'
import { type Identity, identityKey } from '../identity/identity.js'
import type { LocalSetting, Login, LoginDirectory } from '../identity/login-directory.js'
import type { LoginSecret } from '../identity/login-secret.js'
import type { RoleNames } from '../identity/role-names.js'
import type { ArrayTypes } from '../wire/array-types.js'
import { typeParsers } from '../wire/value-parsers.js'
import type { ResolvedOptions } from './database-options.js'
import type { AddressChange } from './login-address.js'
import { serverAddress } from './server-address.js'

/**
 * Settings that an `ALTER ROLE … SET` of a login could bend for the next connection. What comes
 * with the start of a session outranks it, and is what RESET ALL goes back to.
 */
const PINNED = {
  lock_timeout: '0',
  default_transaction_isolation: 'read\\ committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  row_security: 'on',
  search_path: 'pg_catalog',
  datestyle: 'ISO,MDY',
  intervalstyle: 'postgres',
  bytea_output: 'hex',
  client_min_messages: 'warning',
  standard_conforming_strings: 'on',
  xmloption: 'content',
  plan_cache_mode: 'auto',
  extra_float_digits: '1',
  array_nulls: 'on',
  transform_null_equals: 'off',
  gin_fuzzy_search_limit: '0',
  quote_all_identifiers: 'off',
} as const

/** A transaction has begun, and has its head's search path, when it could set these. */
const ONLY_AT_START = /^(?:default_transaction_|search_path$)/

export interface DatabaseLoginsParts {
  readonly options: ResolvedOptions
  readonly names: RoleNames
  readonly secret: LoginSecret
  readonly arrayTypes: ArrayTypes
  readonly heal: (login: string) => Promise<boolean>
}

/** How each identity of one database logs in. */
export class DatabaseLogins implements LoginDirectory {
  readonly #parts: DatabaseLoginsParts
  readonly #logins = new Map<string, Login>()
  #newer: Readonly<Record<string, string>> = {}

  constructor(parts: DatabaseLoginsParts) {
    this.#parts = parts
  }

  loginOf(identity: Identity): Login {
    // Deriving a password costs more than a statement, and every statement asks for its login.
    const key = identityKey(identity)
    const known = this.#logins.get(key)
    if (known !== undefined) return known
    const login = this.#derive(identity)
    this.#logins.set(key, login)
    return login
  }

  /** Further settings for every login but the administrator's, which has to connect before. */
  pin(settings: Readonly<Record<string, string>>): void {
    this.#newer = settings
    this.#logins.clear()
  }

  #derive(identity: Identity): Login {
    if (identity.kind === 'administrator') {
      return { key: 'administrator', ...this.#access('admin') }
    }
    const user = this.#userOf(identity)
    const login = { user, password: this.#parts.secret.password(user) }
    return { key: user, ...this.#access(identity.kind, login) }
  }

  async heal(identity: Identity): Promise<boolean> {
    if (identity.kind === 'administrator') return false
    return await this.#parts.heal(this.#userOf(identity))
  }

  #userOf(identity: Exclude<Identity, { kind: 'administrator' }>): string {
    const { names, secret, options } = this.#parts
    const shares = identity.kind === 'module' && options.grade === 'shared'
    return names.login(shares ? { kind: 'application' } : identity, secret.keyId)
  }

  #access(
    kind: string,
    login?: AddressChange['login'],
  ): { readonly config: ClientConfig; readonly settings: readonly LocalSetting[] } {
    const { options } = this.#parts
    const address = serverAddress(options, login)
    const pinned = {
      ...PINNED,
      ...(kind === 'admin' ? {} : this.#newer),
      idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs),
      statement_timeout: String(kind === 'admin' ? 0 : (options.statementTimeoutMs ?? 0)),
    }
    const settings = Object.entries(pinned)
      .filter(([name]) => !ONLY_AT_START.test(name))
      .map(([name, value]) => ({ name, value }))
    const config: ClientConfig = {
      ...address,
      application_name: `plataforma ${kind}`,
      options: [
        ...(address.options === undefined ? [] : [address.options]),
        ...Object.entries(pinned).map(([name, value]) => `-c ${name}=${value}`),
      ].join(' '),
      types: typeParsers(options.parsers, this.#parts.arrayTypes),
    }
    return { config, settings }
  }
}
