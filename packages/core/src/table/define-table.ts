import { PlataformaError } from '../error/plataforma-error.js'
import { shownValue } from '../error/shown-value.js'
import { suggestion } from '../error/suggestion.js'
import type { ColumnDefinition, ReferenceAction } from './column-definition.js'
import { parseColumnType } from './column-type.js'
import { defaultExpression, expressionSql } from './defined-expression.js'
import { checkIdentifier } from './identifier.js'
import type {
  DefinedCheck,
  DefinedColumn,
  DefinedForeignKey,
  DefinedIndex,
  DefinedUnique,
  TableDefinition,
} from './table-definition.js'
import type { TableOptions } from './table-options.js'

const DEFAULT_TENANT_COLUMN = 'organization_id'
const TENANT_TYPES: ReadonlySet<string> = new Set(['uuid', 'text', 'varchar', 'int8'])
const IDENTITIES: ReadonlySet<unknown> = new Set([undefined, 'always', 'by default'])
const ACTIONS: readonly ReferenceAction[] = [
  'no action',
  'restrict',
  'cascade',
  'set null',
  'set default',
]

/** What is asked for, as it was written. */
export interface TableRequest {
  readonly module: string
  readonly schema: string
  readonly name: string
  readonly columns: readonly ColumnDefinition[]
  readonly options: TableOptions
  /** The system's tenant column; `organization_id` unless given. */
  readonly tenantColumn?: string
}

/**
 * The definition with everything filled in that does not need the server.
 * @throws PlataformaError `PLT_IDENTIFIER_INVALID`, `PLT_TYPE_INVALID`, `PLT_COLUMN_UNKNOWN`,
 * `PLT_OPTION_INVALID`, `PLT_TENANT_COLUMN_MISSING`
 */
export function defineTable(request: TableRequest): TableDefinition {
  const { module, schema, options } = request
  const name = checkIdentifier('table', request.name)
  checkLists(name, options)
  const written = checkColumns(name, request.columns)
  const draft: Draft = {
    table: name,
    written,
    names: written.map((column) => column.name),
    tenantColumn: undefined,
  }
  const scope = { ...draft, tenantColumn: tenantColumn(draft, request) }
  const { key, ownKey } = primaryKey(scope, options)
  return {
    module,
    schema,
    name,
    columns: written.map((column) => defineColumn(scope, column, { key, ownKey })),
    primaryKey: key,
    uniques: uniques(scope, options, key),
    foreignKeys: foreignKeys(scope, options),
    indexes: (options.indexes ?? []).map((index) => defineIndex(scope, index)),
    checks: checks(scope, options),
    tenantColumn: scope.tenantColumn,
    audit: options.enableAudit ?? false,
    partitioning: options.partitioning,
  }
}

interface Draft {
  readonly table: string
  readonly written: readonly ColumnDefinition[]
  readonly names: readonly string[]
  readonly tenantColumn: string | undefined
}

const LISTS = ['primaryKey', 'uniques', 'indexes', 'checks', 'foreignKeys'] as const

function checkLists(table: string, options: unknown): void {
  if (!isObject(options)) throw invalid(table, 'has options that are no object', 'Give an object.')
  for (const list of LISTS) {
    const given = options[list]
    if (given === undefined || Array.isArray(given)) continue
    throw invalid(table, `has \`${list}\` that are no list`, 'Give a list.')
  }
  const { tenantColumn } = options
  if (tenantColumn !== undefined) checkIdentifier('column', tenantColumn)
}

function checkColumns(table: string, columns: unknown): readonly ColumnDefinition[] {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw invalid(table, 'has no columns', 'Give a list of columns, each { name, type }.')
  }
  const names = new Set<string>()
  for (const column of columns) {
    const name = checkIdentifier('column', column?.name)
    if (names.has(name)) throw invalid(table, `has two columns "${name}"`, 'Name each once.')
    names.add(name)
  }
  return columns
}

function tenantColumn(draft: Draft, { options, ...request }: TableRequest): string | undefined {
  const name = options.tenantColumn ?? request.tenantColumn ?? DEFAULT_TENANT_COLUMN
  const column = draft.written.find((one) => one.name === name)
  if (options.enableRLS === false) return undefined
  if (column === undefined) {
    if (options.enableRLS !== true && options.tenantColumn === undefined) return undefined
    throw new PlataformaError(
      'PLT_TENANT_COLUMN_MISSING',
      `Table "${draft.table}" has no column "${name}" for row-level security.`,
      {
        remedy: `Add the column "${name}", name another as tenantColumn, or set enableRLS: false.`,
        table: draft.table,
        column: name,
      },
    )
  }
  const type = parseColumnType(name, column.type)
  if (!type.isArray && !type.serial && TENANT_TYPES.has(type.baseType)) return name
  throw new PlataformaError(
    'PLT_TYPE_INVALID',
    `The tenant column "${name}" of table "${draft.table}" has the type ${column.type}.`,
    { remedy: 'Make it UUID, TEXT, VARCHAR or BIGINT.', table: draft.table, column: name },
  )
}

function primaryKey(
  draft: Draft,
  options: TableOptions,
): { readonly key: readonly string[]; readonly ownKey: readonly string[] } {
  const marked = draft.written.filter((column) => column.primaryKey)
  if (options.primaryKey !== undefined && marked.length > 0) {
    throw invalid(draft.table, 'has its primary key twice', 'Give primaryKey in one place.')
  }
  const ownKey = known(draft, options.primaryKey ?? marked.map((column) => column.name))
  const global = ownKey.length === 0 || marked.some((column) => column.primaryKey === 'global')
  return { ownKey, key: global ? ownKey : withinTenant(draft, ownKey) }
}

/** Keys of a table with row-level security tell nothing about other tenants' rows. */
function withinTenant(draft: Draft, columns: readonly string[]): readonly string[] {
  const tenant = draft.tenantColumn
  return tenant === undefined || columns.includes(tenant) ? columns : [tenant, ...columns]
}

function known(draft: Draft, columns: unknown): readonly string[] {
  if (!isList(columns)) {
    throw invalid(draft.table, `has ${shownValue(columns)} in place of columns`, 'Give a list.')
  }
  for (const column of columns) {
    if (draft.names.includes(column)) continue
    if (typeof column !== 'string') checkIdentifier('column', column)
    throw new PlataformaError(
      'PLT_COLUMN_UNKNOWN',
      `Table "${draft.table}" has no column "${column}".${suggestion(String(column), draft.names)}`,
      { remedy: 'Correct the name of the column.', table: draft.table, column: String(column) },
    )
  }
  return columns
}

function defineColumn(
  draft: Draft,
  column: ColumnDefinition,
  { key, ownKey }: { readonly key: readonly string[]; readonly ownKey: readonly string[] },
): DefinedColumn {
  const type = parseColumnType(column.name, column.type)
  const inKey = key.includes(column.name) || column.name === draft.tenantColumn
  if (inKey && column.nullable === true) {
    const remedy = 'Leave nullable out, or take the column out of the key.'
    throw invalid(draft.table, `has NULL in its key or tenant column "${column.name}"`, remedy)
  }
  const sources = [column.default !== undefined, column.identity !== undefined || type.serial]
  sources.push(column.generated !== undefined)
  if (sources.filter(Boolean).length > 1) {
    const remedy = 'Give one of default, identity (or SERIAL) and generated.'
    throw invalid(draft.table, `has several sources for column "${column.name}"`, remedy)
  }
  if (!IDENTITIES.has(column.identity)) {
    const remedy = "Give 'always' or 'by default'."
    throw invalid(draft.table, `has the identity ${shownValue(column.identity)}`, remedy)
  }
  const identity = column.identity ?? (type.serial ? 'by default' : undefined)
  const subject = `The expression of column "${column.name}"`
  const uuidKey = ownKey.length === 1 && ownKey[0] === column.name && type.baseType === 'uuid'
  return {
    name: column.name,
    type,
    writtenType: column.type,
    nullable: !inKey && identity === undefined && column.nullable !== false,
    default:
      column.default === undefined
        ? uuidKey && !type.isArray && isFree(draft, column)
          ? 'uuid'
          : undefined
        : defaultExpression(column.name, type, column.default),
    identity,
    generated:
      column.generated === undefined ? undefined : expressionSql(subject, column.generated),
  }
}

/** A key that is taken over from another table, or is the tenant, is not made up. */
function isFree(draft: Draft, column: ColumnDefinition): boolean {
  return column.references === undefined && column.name !== draft.tenantColumn
}

function uniques(
  draft: Draft,
  options: TableOptions,
  primary: readonly string[],
): readonly DefinedUnique[] {
  const ofColumns = draft.written
    .filter((column) => column.unique === true || column.unique === 'global')
    .map(({ name, unique }) => ({
      name: undefined,
      columns: unique === 'global' ? [name] : withinTenant(draft, [name]),
    }))
  const ofTable = (options.uniques ?? []).map((unique) => {
    const given = isList(unique) ? { columns: unique } : entry(draft, 'unique key', unique)
    const columns = known(draft, given.columns)
    return {
      name: optionalName('constraint', given.name),
      columns: given.global === true ? columns : withinTenant(draft, columns),
    }
  })
  const seen = new Set([primary.join()])
  // What tables with row-level security reference, where the primary key is global.
  const referable = primary.length === 0 ? [] : [withinTenant(draft, primary)]
  const ofKey = referable.map((columns) => ({ name: undefined, columns }))
  return [...ofKey, ...ofColumns, ...ofTable].filter(({ columns }) => {
    const isNew = !seen.has(columns.join())
    seen.add(columns.join())
    return isNew
  })
}

function foreignKeys(draft: Draft, options: TableOptions): readonly DefinedForeignKey[] {
  const ofColumns = draft.written.flatMap(({ name, references }) => {
    if (references === undefined) return []
    const given =
      typeof references === 'string' ? { table: references } : entry(draft, 'reference', references)
    return {
      name: undefined,
      columns: [name],
      table: checkIdentifier('table', given.table),
      referenced:
        given.column === undefined ? undefined : [checkIdentifier('column', given.column)],
      onDelete: action(draft, given.onDelete),
      onUpdate: action(draft, given.onUpdate),
    }
  })
  const ofTable = (options.foreignKeys ?? []).map((given) => {
    const key = entry(draft, 'foreign key', given)
    const { table, columns } = entry(draft, 'reference', key.references)
    if (columns !== undefined && !isList(columns)) {
      throw invalid(draft.table, 'references columns that are no list', 'Give a list of names.')
    }
    return {
      name: optionalName('constraint', key.name),
      columns: known(draft, key.columns),
      table: checkIdentifier('table', table),
      referenced: columns?.map((column) => checkIdentifier('column', column)),
      onDelete: action(draft, key.onDelete),
      onUpdate: action(draft, key.onUpdate),
    }
  })
  return [...ofColumns, ...ofTable]
}

function action(draft: Draft, given: unknown = 'no action'): ReferenceAction {
  const wanted = typeof given === 'string' ? given.toLowerCase() : given
  const found = ACTIONS.find((one) => one === wanted)
  if (found !== undefined) return found
  throw invalid(
    draft.table,
    `has the reference action ${shownValue(given)}`,
    `Use ${ACTIONS.join(', ')}.`,
  )
}

function defineIndex(
  draft: Draft,
  index: NonNullable<TableOptions['indexes']>[number],
): DefinedIndex {
  const given = isList(index) ? { columns: index } : entry(draft, 'index', index)
  const columns = known(draft, given.columns)
  const using = given.using ?? 'btree'
  if (!['btree', 'hash', 'gin', 'gist', 'brin', 'spgist'].includes(using)) {
    throw invalid(
      draft.table,
      `has an index of the kind ${shownValue(using)}`,
      'Use btree, gin, gist, …',
    )
  }
  const operatorClass = optionalName('index', given.operatorClass)
  const all = using === 'btree' ? withinTenant(draft, columns) : columns
  return {
    name: optionalName('index', given.name),
    columns: all.map((name) => (columns.includes(name) ? { name, operatorClass } : { name })),
    unique: given.unique ?? false,
    using,
    where:
      given.where === undefined ? undefined : expressionSql('Condition of an index', given.where),
  }
}

function checks(draft: Draft, options: TableOptions): readonly DefinedCheck[] {
  const ofColumns = draft.written.flatMap(({ name, check }) =>
    check === undefined
      ? []
      : { name: undefined, sql: expressionSql(`The check of column "${name}"`, check) },
  )
  const ofTable = (options.checks ?? []).map((check) => {
    const given = typeof check === 'string' ? { expression: check } : entry(draft, 'check', check)
    return {
      name: optionalName('constraint', given.name),
      sql: expressionSql(`A check of table "${draft.table}"`, given.expression),
    }
  })
  return [...ofColumns, ...ofTable]
}

function optionalName(named: 'constraint' | 'index', name: string | undefined): string | undefined {
  return name === undefined ? undefined : checkIdentifier(named, name)
}

/** One of a list of definitions, which only the compiler holds to its type. */
function entry<T extends object>(draft: Draft, kind: string, given: T): T {
  if (isObject(given)) return given
  const remedy = 'Give an object of its definition.'
  throw invalid(draft.table, `has ${shownValue(given)} in place of a ${kind}`, remedy)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}

function invalid(table: string, problem: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_OPTION_INVALID', `Table "${table}" ${problem}.`, {
    remedy,
    table,
  })
}
