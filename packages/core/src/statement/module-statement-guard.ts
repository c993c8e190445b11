import { PlataformaError } from '../error/plataforma-error.js'
import { firstKeyword } from './first-keyword.js'

const ALLOWED = new Set(['SELECT', 'WITH', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'VALUES'])

const SHAPE_OF_THE_SCHEMA = 'Change the schema in a migration, or run it in `asOwner`.'
const SCRIPT = 'Run it as the administrator with `admin.script`.'
const TRANSACTION = 'Use `transaction(fn)`: it begins, commits, rolls back and nests by itself.'
const SESSION = 'A session is lent for one statement; run it as the administrator, `admin.script`.'
const CODE = 'Run it in `asOwner`, or in a script of the administrator, `admin.script`.'

const REMEDIES: Readonly<Record<string, string>> = {
  CREATE: SHAPE_OF_THE_SCHEMA,
  ALTER: SHAPE_OF_THE_SCHEMA,
  DROP: SHAPE_OF_THE_SCHEMA,
  TRUNCATE: 'Delete with `{ all: true }`, or truncate in `asOwner`.',
  COMMENT: SHAPE_OF_THE_SCHEMA,
  GRANT: SHAPE_OF_THE_SCHEMA,
  REVOKE: SHAPE_OF_THE_SCHEMA,
  REFRESH: SHAPE_OF_THE_SCHEMA,
  REINDEX: SHAPE_OF_THE_SCHEMA,
  CLUSTER: SHAPE_OF_THE_SCHEMA,
  VACUUM: SCRIPT,
  ANALYZE: SCRIPT,
  BEGIN: TRANSACTION,
  START: TRANSACTION,
  COMMIT: TRANSACTION,
  END: TRANSACTION,
  ROLLBACK: TRANSACTION,
  ABORT: TRANSACTION,
  SAVEPOINT: TRANSACTION,
  RELEASE: TRANSACTION,
  SET: SESSION,
  RESET: SESSION,
  SHOW: "Read it with `select current_setting('…')`.",
  PREPARE: 'Repeated statements are prepared by themselves.',
  EXECUTE: 'Repeated statements are prepared by themselves.',
  LISTEN: SESSION,
  DO: CODE,
  CALL: CODE,
  COPY: 'Use `insert` with any number of rows, and `stream` to read.',
  TABLE: 'Write `select * from` the table.',
  EXPLAIN: 'Plans show other tenants’ statistics: explain it within `asSystem`.',
}

/**
 * Lets through what a module may send: SELECT, WITH, INSERT, UPDATE, DELETE, MERGE and VALUES,
 * judged by the first keyword as PostgreSQL sees it.
 *
 * @throws PlataformaError `PLT_STATEMENT_NOT_ALLOWED`
 * @example
 * assertModuleStatement('select 1', 'vendas')
 */
export function assertModuleStatement(sql: string, module: string): void {
  const keyword = firstKeyword(sql)
  if (keyword !== undefined && ALLOWED.has(keyword)) return
  const what = keyword === undefined ? 'a text that begins with no keyword' : keyword.slice(0, 40)
  throw new PlataformaError(
    'PLT_STATEMENT_NOT_ALLOWED',
    `Module ${module} may send SELECT, WITH, INSERT, UPDATE, DELETE, MERGE and VALUES, not ${what}.`,
    {
      module,
      remedy: (keyword !== undefined && lookUp(keyword)) || `${SHAPE_OF_THE_SCHEMA} ${SCRIPT}`,
      details: { keyword },
    },
  )
}

function lookUp(keyword: string): string | undefined {
  return Object.hasOwn(REMEDIES, keyword) ? REMEDIES[keyword] : undefined
}
