import { CATALOG_QUERY, TYPES_QUERY } from './catalog-query.js'
import type { ColumnInfo, TableInfo } from './table-info.js'

/** Runs one query and gives its rows. */
export type CatalogReader = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<readonly object[]>

interface CatalogTable {
  readonly name: string
  readonly kind: string
  readonly columns: readonly CatalogColumn[]
  readonly keys: readonly CatalogKey[] | null
  readonly foreignKeys: readonly Pick<CatalogKey, 'name' | 'numbers'>[] | null
  readonly tenant: number | null
}

interface CatalogKey {
  readonly name: string
  readonly primary: boolean
  readonly numbers: readonly number[]
  /** Columns behind these are only stored. */
  readonly size: number
}

interface CatalogColumn {
  readonly number: number
  readonly name: string
  readonly typeId: number
  readonly typeName: string
  readonly isOwn: boolean
  readonly isArray: boolean
  readonly isRange: boolean
  readonly text: string
  readonly castText: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly generated: ColumnInfo['generated']
  readonly isBytewise: boolean | null
}

interface CatalogType extends Pick<ColumnInfo, 'castType' | 'baseType' | 'isArray' | 'kind'> {
  readonly typeId: string
  readonly name: string | null
  readonly labels: readonly string[]
}

type Types = ReadonlyMap<number, CatalogType>

/** What the catalog says of a schema's tables, or of some of them. */
export async function readTables(
  schema: string,
  names: readonly string[] | null,
  read: CatalogReader,
): Promise<Map<string, TableInfo>> {
  const tables = (await read(CATALOG_QUERY, [schema, names])) as readonly CatalogTable[]
  const types = await readTypes(tables, read)
  return new Map(tables.map((table) => [table.name, tableInfo(schema, table, types)]))
}

export async function schemaExists(schema: string, read: CatalogReader): Promise<boolean> {
  const rows = await read('select from pg_catalog.pg_namespace where nspname = $1', [schema])
  return rows.length > 0
}

async function readTypes(tables: readonly CatalogTable[], read: CatalogReader): Promise<Types> {
  const foreign = new Set(
    tables.flatMap(({ columns }) =>
      columns.filter((column) => !column.isOwn).map((column) => column.typeId),
    ),
  )
  if (foreign.size === 0) return new Map()
  const types = (await read(TYPES_QUERY, [[...foreign]])) as readonly CatalogType[]
  return new Map(types.map((type) => [Number(type.typeId), type]))
}

function tableInfo(schema: string, table: CatalogTable, types: Types): TableInfo {
  const names = new Map(table.columns.map((column) => [column.number, column.name]))
  const named = (numbers: readonly number[]) => numbers.flatMap((number) => names.get(number) ?? [])
  const keys = (table.keys ?? []).map(({ name, primary, numbers, size }) => ({
    name,
    primary,
    columns: named(numbers.slice(0, size)),
  }))
  const foreignKeys = (table.foreignKeys ?? []).map(({ name, numbers }) => ({
    name,
    columns: named(numbers),
  }))
  const isView = table.kind === 'v'
  const columns = table.columns.map((column) => columnInfo(column, types, isView))
  return {
    schema,
    name: table.name,
    columns: new Map(columns.map((column) => [column.name, column])),
    primaryKey: keys.find((key) => key.primary)?.columns ?? [],
    uniqueKeys: keys.map((key) => key.columns),
    constraints: new Map([...keys, ...foreignKeys].map(({ name, columns }) => [name, columns])),
    tenantColumn: table.tenant === null ? undefined : names.get(table.tenant),
  }
}

/** A view does not tell its columns' defaults, so each may have one. */
function columnInfo(column: CatalogColumn, types: Types, isView: boolean): ColumnInfo {
  const { name, hasDefault, generated } = column
  const type = types.get(column.typeId) ?? ownType(column)
  const isText = !type.isArray && ['text', 'varchar'].includes(type.baseType)
  return {
    name,
    type: typeText(column, type),
    baseType: type.baseType,
    isArray: type.isArray,
    castType: type.castType,
    kind: type.kind,
    labels: type.labels,
    nullable: !column.notNull,
    hasDefault: hasDefault || isView,
    generated,
    bytewisePrefix: isText && column.isBytewise === true,
  }
}

/** An array type of PostgreSQL's own has the name of its elements behind `_`. */
function ownType(column: CatalogColumn): Omit<CatalogType, 'typeId'> {
  const { typeName, isArray, isRange, castText } = column
  const baseType = isArray ? typeName.replace(/^_/, '') : typeName
  const kind = isRange || /(range|multirange)$/.test(baseType) ? 'range' : 'base'
  return { name: null, castType: castText, baseType, isArray, kind, labels: [] }
}

/** `format_type` leaves out the schema of what the search_path finds; lengths stand behind. */
function typeText(column: CatalogColumn, type: Omit<CatalogType, 'typeId'>): string {
  if (type.name === null) return column.text
  const length = /\([^)]*\)/.exec(column.text)?.[0] ?? ''
  return `${type.name}${length}${column.isArray ? '[]' : ''}`
}
