import type { ErrorCode } from './error-codes.js'
import { PlataformaError, type PlataformaErrorData } from './plataforma-error.js'
import { isStalePlan } from './stale-plan.js'
import { unsendableValue } from './unsendable-value.js'

/** Where the statement came from, for the message. */
export interface StatementOrigin {
  readonly module?: string
  readonly table?: string
}

interface ServerError extends Error {
  readonly code: string
  readonly severity?: string
  readonly detail?: string
  readonly hint?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
  readonly routine?: string
}

type Rule = readonly [code: ErrorCode, remedy: string]

const VALUE: Rule = ['PLT_VALUE_INVALID', 'Give a value that fits the type of its column.']
const TIMEOUT: Rule = ['PLT_TIMEOUT', 'Raise the time limit, or make the statement cheaper.']
const CREDENTIALS: Rule = [
  'PLT_DATABASE_UNAVAILABLE',
  'Check user, password and pg_hba.conf of the connection.',
]
const TABLE_UNKNOWN: Rule = ['PLT_TABLE_NOT_FOUND', 'Create the table, or correct its name.']

const CONFLICT: Rule = [
  'PLT_DATABASE_ERROR',
  'Run the whole transaction again, or give it `retries`.',
]

const STALE_PLAN: Rule = [
  'PLT_DATABASE_ERROR',
  'The table changed since the statement was prepared: run the whole transaction again, or give it `retries`.',
]

const RULES: Readonly<Record<string, Rule>> = {
  '21000': [
    'PLT_DATABASE_ERROR',
    'Give each key once in one upsert; a subquery that stands for a value must give one row.',
  ],
  '22001': VALUE,
  '22003': VALUE,
  '22007': VALUE,
  '22008': VALUE,
  '22021': VALUE,
  '22P02': VALUE,
  '22P03': VALUE,
  '22P05': VALUE,
  '23502': ['PLT_NOT_NULL_VIOLATION', 'Give the column a value, or a default in its definition.'],
  '23503': [
    'PLT_FOREIGN_KEY_VIOLATION',
    'Insert the referenced row first, with the same tenant, or delete the referencing rows first.',
  ],
  '23505': ['PLT_UNIQUE_VIOLATION', 'Use another key, or `upsert` to update the row that has it.'],
  '23514': ['PLT_CHECK_VIOLATION', 'Give values that meet the check.'],
  '23P01': ['PLT_EXCLUSION_VIOLATION', 'Give values that do not overlap with another row.'],
  '25006': ['PLT_DATABASE_ERROR', 'Write in a transaction that is not `readOnly`.'],
  '25P02': ['PLT_TRANSACTION_ABORTED', 'Look at the first error of the transaction and retry it.'],
  '25P03': [
    'PLT_TIMEOUT',
    'Do what takes long outside the transaction, or raise `idleInTransactionTimeoutMs`.',
  ],
  '25P04': [
    'PLT_TIMEOUT',
    'Write in several shorter transactions, or raise transaction_timeout of the database.',
  ],
  '28000': CREDENTIALS,
  '28P01': CREDENTIALS,
  '3D000': ['PLT_DATABASE_UNAVAILABLE', 'Create the database, or correct its name.'],
  '40001': CONFLICT,
  '40P01': CONFLICT,
  '42501': ['PLT_PERMISSION_DENIED', 'Use the module that owns the object, or grant access to it.'],
  '42703': ['PLT_COLUMN_UNKNOWN', 'Correct the name of the column.'],
  '42P01': TABLE_UNKNOWN,
  '53300': [
    'PLT_DATABASE_UNAVAILABLE',
    'Lower the number of connections, or raise max_connections.',
  ],
  '55P03': TIMEOUT,
  '57014': TIMEOUT,
  PLT01: ['PLT_TENANT_CONTEXT_REQUIRED', 'Call it inside `withContext({ tenantId }, fn)`.'],
}

const UNAVAILABLE: Rule = [
  'PLT_DATABASE_UNAVAILABLE',
  'Check that the server runs and can be reached, then try again.',
]

const MISCOUNTED: Rule = [
  'PLT_STATEMENT_INVALID',
  'Give as many values as the statement has parameters.',
]

const UNSENDABLE: Rule = [
  'PLT_VALUE_INVALID',
  'Give values that have a text: none that holds itself, or a bigint inside JSON.',
]

const CONNECTION_FAILURES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/** `pg` raises these without a code. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout expired|The server does not support SSL)/

/**
 * Turns what `pg` or the network threw into a `PlataformaError` with `cause`; one that is a
 * `PlataformaError` already, or no database error at all, is returned as it is.
 */
export function toPlataformaError(error: unknown, origin: StatementOrigin = {}): unknown {
  if (!(error instanceof Error) || error instanceof PlataformaError) return error
  if (error instanceof AggregateError && error.errors.some(isConnectionFailure)) {
    return make(UNAVAILABLE, error, origin)
  }
  if (unsendableValue.isCauseOf(error)) return make(UNSENDABLE, error, origin)
  if (isMiscounted(error)) return make(MISCOUNTED, error, origin)
  if (isConnectionFailure(error)) return make(UNAVAILABLE, error, origin)
  return isServerError(error) ? make(ruleFor(error), error, origin) : error
}

function isServerError(error: Error): error is ServerError {
  return 'severity' in error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))
}

/** The server calls it a violation of the protocol, as which it would be the connection's fault. */
function isMiscounted(error: Error): boolean {
  return isServerError(error) && error.code === '08P01' && error.routine === 'exec_bind_message'
}

function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (isServerError(error)) return /^(08|57P0[1-5])/.test(code)
  return CONNECTION_FAILURES.has(code) || CONNECTION_MESSAGES.test(error.message)
}

function ruleFor(error: ServerError): Rule {
  if (error.code === '42501' && isRowSecurity(error)) {
    return ['PLT_TENANT_MISMATCH', 'Write rows of the tenant of the context only.']
  }
  if (isStalePlan(error)) return STALE_PLAN
  if (error.code === '57014' && /user request/.test(error.message)) return fallback()
  return RULES[error.code] ?? fallback()
}

/** By the server's routine: its messages come in the language of the server. */
function isRowSecurity(error: ServerError): boolean {
  return error.routine === 'ExecWithCheckOptions' || /row-level security/.test(error.message)
}

function fallback(): Rule {
  return ['PLT_DATABASE_ERROR', 'Read `sqlState` and `cause`.']
}

function make([code, remedy]: Rule, error: Error, origin: StatementOrigin): PlataformaError {
  const server: Partial<ServerError> = isServerError(error) ? error : {}
  const table = server.table ?? origin.table
  const where = [origin.module, table].filter((name) => name !== undefined).join('.')
  const details = { detail: server.detail, hint: server.hint }
  const data: PlataformaErrorData = {
    remedy,
    cause: error,
    sqlState: server.code,
    module: origin.module,
    table,
    column: server.column,
    constraint: server.constraint,
    ...((details.detail ?? details.hint) === undefined ? {} : { details }),
  }
  return new PlataformaError(code, where === '' ? text(error) : `${where}: ${text(error)}`, data)
}

/** An AggregateError of several addresses has no message of its own. */
function text(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message
  return error.errors.map((inner) => (inner instanceof Error ? inner.message : '')).join('; ')
}
