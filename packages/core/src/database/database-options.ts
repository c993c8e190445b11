import type { PlataformaDialect } from '../dialect/plataforma-dialect.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { DEVELOPMENT_SECRET } from '../identity/login-secret.js'
import type { Clock, Log } from '../plugin/plugin.js'
import type { ValueParsers } from '../wire/value-parsers.js'

/** Options of a database; the whole system's configuration has these keys, and more. */
export interface DatabaseOptions {
  /** The administrator's login: owner of the database, with CREATEROLE. */
  readonly connectionString?: string | undefined
  /** Instead of an address: a dialect on a `pg.Pool` of the administrator's login. */
  readonly dialect?: PlataformaDialect
  /**
   * TLS: `true` verifies the server's certificate; an object goes to `node:tls`. Either outranks
   * an `sslmode` in the address.
   */
  readonly ssl?: boolean | TlsOptions
  /** Connections per login, where no pool plugin is composed. */
  readonly poolConfig?: { readonly min?: number; readonly max?: number }
  /** `production` (default) asks for a secret; `development` has a documented one and warns. */
  readonly mode?: 'production' | 'development'
  /**
   * `required`: calls of a module need a tenant; `optional`: without one they act as the system.
   * Follows `mode` unless given: required in production, optional in development.
   */
  readonly tenantContext?: 'required' | 'optional'
  /** `dedicated`: a login of its own for each module; `shared` (default): one for all. */
  readonly isolation?: { readonly login?: 'shared' | 'dedicated' }
  /** What passwords and signing keys are derived from; else `PLATAFORMA_SECRET`. */
  readonly secret?: string | undefined
  /** First part of all role names; made from the database's name unless given. */
  readonly rolePrefix?: string
  /** Name of the column that holds a row's tenant, `organization_id` unless given. */
  readonly tenantColumn?: string
  /** How values of a type are read, by its OID, in place of the way of `pg`. */
  readonly parsers?: ValueParsers
  /** Milliseconds a module's statement may take; `timeoutMs` of a call can only shorten it. */
  readonly statementTimeoutMs?: number
  /** Milliseconds a transaction may sit idle before the server ends it; 60,000 unless given. */
  readonly idleInTransactionTimeoutMs?: number
  /** Milliseconds a caller waits for a session; 30,000 unless given. */
  readonly acquireTimeoutMs?: number
  readonly log?: Log
  readonly clock?: Clock
}

/** Options for `tls.connect`, as `pg` takes them. */
export interface TlsOptions {
  readonly rejectUnauthorized?: boolean
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
}

export interface ResolvedOptions {
  readonly connectionString: string
  readonly ssl: boolean | TlsOptions | undefined
  readonly poolMax: number
  readonly mode: 'production' | 'development'
  readonly tenantContext: 'required' | 'optional'
  readonly grade: 'shared' | 'dedicated'
  readonly secret: string
  readonly rolePrefix: string | undefined
  readonly tenantColumn: string
  readonly parsers: ValueParsers | undefined
  readonly statementTimeoutMs: number | undefined
  readonly idleInTransactionTimeoutMs: number
  readonly acquireTimeoutMs: number
  readonly log: Log
  readonly clock: Clock
}

const SHORTEST_SECRET = 16

/** @throws PlataformaError `PLT_CONFIG_INVALID` naming the key and what to give */
export function resolveOptions(options: DatabaseOptions): ResolvedOptions {
  const mode = oneOf(options.mode ?? 'production', ['production', 'development'], 'mode')
  const tenantContext = options.tenantContext ?? (mode === 'development' ? 'optional' : 'required')
  const log: Log = options.log ?? (() => {})
  return {
    connectionString: assertConnectionString(options.connectionString ?? options.dialect?.address),
    ssl: options.ssl,
    poolMax: positive(options.poolConfig?.max ?? 10, 'poolConfig.max'),
    mode,
    tenantContext: oneOf(tenantContext, ['required', 'optional'], 'tenantContext'),
    grade: oneOf(options.isolation?.login ?? 'shared', ['shared', 'dedicated'], 'isolation.login'),
    secret: resolveSecret(options.secret, mode, log),
    rolePrefix: options.rolePrefix,
    tenantColumn: options.tenantColumn ?? 'organization_id',
    parsers: options.parsers,
    statementTimeoutMs:
      options.statementTimeoutMs === undefined
        ? undefined
        : positive(options.statementTimeoutMs, 'statementTimeoutMs'),
    idleInTransactionTimeoutMs: positive(
      options.idleInTransactionTimeoutMs ?? 60_000,
      'idleInTransactionTimeoutMs',
    ),
    acquireTimeoutMs: positive(options.acquireTimeoutMs ?? 30_000, 'acquireTimeoutMs'),
    log,
    clock: options.clock ?? { now: () => Date.now() },
  }
}

function assertConnectionString(connectionString: string | undefined): string {
  if (typeof connectionString !== 'string' || connectionString.trim() === '') {
    throw invalid('connectionString', 'is missing', 'Set DATABASE_URL, or give `connectionString`.')
  }
  if (!/^postgres(ql)?:\/\//.test(connectionString)) {
    throw invalid(
      'connectionString',
      'is no PostgreSQL address',
      'Give one like postgresql://user:password@host:5432/database.',
    )
  }
  return connectionString
}

function resolveSecret(given: string | undefined, mode: string, log: Log): string {
  const secret = given ?? process.env.PLATAFORMA_SECRET
  if (secret !== undefined && secret !== '') {
    if (secret.length >= SHORTEST_SECRET) return secret
    throw invalid('secret', `is shorter than ${SHORTEST_SECRET} characters`, 'Give a longer one.')
  }
  if (mode === 'production') {
    throw invalid(
      'secret',
      'is missing',
      'Set the environment variable PLATAFORMA_SECRET, or give `secret`: 16 characters or more, kept secret.',
    )
  }
  log('warn', 'The documented development secret is in use: logins and contexts can be forged.')
  return DEVELOPMENT_SECRET
}

function oneOf<T extends string>(value: T, allowed: readonly T[], key: string): T {
  if (allowed.includes(value)) return value
  throw invalid(key, `is "${String(value)}"`, `Give one of: ${allowed.join(', ')}.`)
}

/** At most what PostgreSQL takes, and timers of Node.js: longer ones fire at once. */
function positive(value: number, key: string): number {
  if (Number.isInteger(value) && value > 0 && value < 2 ** 31) return value
  throw invalid(key, `is ${String(value)}`, 'Give a whole number above 0, at most 2147483647.')
}

function invalid(key: string, what: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', `The configuration's \`${key}\` ${what}.`, {
    remedy,
    details: { key },
  })
}
