import type { RelationsWithCode } from './relations-with-code.js'
import type { QualifiedName, StatementFacts } from './statement-facts.js'

/** Names that a server knows, as `FUNCTION_NAMES` asks for them. */
export interface ServerNames extends RelationsWithCode {
  /** Functions of pg_catalog. */
  readonly builtIn: ReadonlySet<string>
  /** Functions, operators and types with functions of their own, in any other schema. */
  readonly outside: ReadonlySet<string>
}

const NAMES_ITS_FUNCTIONS: ReadonlySet<string> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'show',
  'empty',
])

/**
 * Whether a statement may call a function that is not PostgreSQL's own: by a name that is
 * qualified with another schema, is not built in, or exists outside pg_catalog too; as a function,
 * an operator, `x.name` or a cast; or behind a view that it reads or a table that it writes. A
 * text that cannot be parsed, or is no query, may call anything.
 *
 * @example
 * mayCallUserFunction(await statementFacts('select module_vendas.total(1)'), names) // true
 */
export function mayCallUserFunction(facts: StatementFacts, names: ServerNames): boolean {
  if (!NAMES_ITS_FUNCTIONS.has(facts.kind) || names.alteringBehindBuiltIns) return true
  return (
    facts.functions.some((name) => isOutside(name, names) || !names.builtIn.has(name.name)) ||
    facts.operators.some((name) => isOutside(name, names)) ||
    facts.types.some(({ name }) => names.outside.has(name)) ||
    facts.attributes.some((name) => names.outside.has(name)) ||
    facts.tablesRead.some(({ name }) => names.codeOnRead.has(name)) ||
    facts.tablesWritten.some(({ name }) => names.codeOnWrite.has(name))
  )
}

function isOutside({ schema, name }: QualifiedName, names: ServerNames): boolean {
  if (schema !== undefined) return schema !== 'pg_catalog'
  return names.outside.has(name)
}
