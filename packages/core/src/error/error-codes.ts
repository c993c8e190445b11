/** Every code with its meaning; the table in the documentation is generated from here. */
export const ERROR_CODES = {
  PLT_CHECK_VIOLATION: 'A row breaks a check constraint.',
  PLT_CLOSED: 'The system, source or session was closed before the call.',
  PLT_CONFIG_INVALID: 'A configuration value is missing or cannot be used.',
  PLT_CONTEXT_CHANGED_IN_TRANSACTION: 'A call came from another tenant than the open transaction.',
  PLT_CROSS_CLUSTER_TRANSACTION: 'A transaction named modules that live on different clusters.',
  PLT_CURSOR_INVALID: 'The cursor of `after` is damaged or belongs to another ordering.',
  PLT_DATABASE_ERROR: 'PostgreSQL refused the statement; `sqlState` and `cause` say why.',
  PLT_DATABASE_UNAVAILABLE: 'PostgreSQL cannot be reached or refused the connection.',
  PLT_EXCLUSION_VIOLATION: 'A row conflicts with another under an exclusion constraint.',
  PLT_FILTER_INVALID: 'A filter has an unknown operator or a value that does not fit it.',
  PLT_FOREIGN_KEY_VIOLATION: 'A row references a row that is missing, or is still referenced.',
  PLT_IDENTIFIER_INVALID: 'A table, column or other name cannot be used as an identifier.',
  PLT_INTERNAL: 'Something that must not happen happened; please report it.',
  PLT_MODULE_NAME_INVALID:
    'A module name does not match ^[a-z][a-z0-9_]{0,39}$ or begins with pg_.',
  PLT_MODULE_NOT_FOUND: 'No module of that name is registered.',
  PLT_NOT_INITIALIZED: 'A manager or module was used before `initialize()`.',
  PLT_NOT_NULL_VIOLATION: 'A column that needs a value was given none.',
  PLT_OPTION_INVALID: 'An option of a call cannot be used.',
  PLT_OUTCOME_UNKNOWN: 'The connection was lost during COMMIT: it may or may not have happened.',
  PLT_PERMISSION_DENIED: 'The role of the call lacks a privilege on the object.',
  PLT_PLUGIN_INVALID: 'The plugins cannot be composed (duplicate, cycle, missing or broken).',
  PLT_PLUGIN_REQUIRED: 'An option needs a package that is not composed.',
  PLT_POOL_DEADLOCK: 'All who hold a connection wait for another one; the last call was refused.',
  PLT_POOL_OVERLOADED: 'Callers wait for connections so long that the call was turned away.',
  PLT_POOL_TIMEOUT: 'No session became free in time.',
  PLT_PRIVILEGES_MISSING: 'The administrator login lacks a privilege that the set-up needs.',
  PLT_STATEMENT_INVALID:
    'A statement cannot be sent: a NUL in its text, more than 65,535 parameters, other than it names.',
  PLT_STATEMENT_NOT_ALLOWED: 'A module may not send this kind of statement.',
  PLT_TABLE_DIFFERS: 'The table exists with another definition.',
  PLT_TABLE_NOT_FOUND: 'The module has no such table.',
  PLT_COLUMN_UNKNOWN: 'The table has no such column.',
  PLT_TENANT_COLUMN_MISSING:
    'Row-level security was asked for on a table without the tenant column.',
  PLT_TENANT_CONTEXT_REQUIRED: 'The call needs a tenant and was made outside `withContext`.',
  PLT_TENANT_ID_INVALID: 'The tenant of the context does not fit the type of the tenant column.',
  PLT_TENANT_MISMATCH: 'A row belongs, or would belong, to another tenant than the context.',
  PLT_TIMEOUT: 'The call took longer than its time limit and was cancelled.',
  PLT_TRANSACTION_ABORTED: 'A statement of the transaction failed, so COMMIT became ROLLBACK.',
  PLT_TRANSACTION_CLOSED: 'A call arrived after its transaction had ended.',
  PLT_TRANSACTION_SPANS_MODULES:
    'A statement of another module came into a transaction of one module’s own login.',
  PLT_TYPE_INVALID: 'A column type is unknown or not allowed.',
  PLT_UNDEFINED_FILTER: 'A filter holds `undefined`.',
  PLT_UNIQUE_VIOLATION: 'A row has the key of another row.',
  PLT_VALUE_INVALID: 'A value does not fit its column.',
  PLT_WHERE_REQUIRED: 'An update or delete has no `where`.',
} as const satisfies Readonly<Record<`PLT_${string}`, string>>

/** One of the `PLT_…` codes. */
export type ErrorCode = keyof typeof ERROR_CODES
