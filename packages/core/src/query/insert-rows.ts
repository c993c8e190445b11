import { PlataformaError } from '../error/plataforma-error.js'
import type { ColumnInfo } from '../table/table-info.js'
import { columnCodec } from '../value/column-codec.js'
import type { QueryTable } from './query-table.js'

export type InputRow = Readonly<Record<string, unknown>>

/** Rows that give the same columns; their places in the input where there are several groups. */
export interface RowGroup {
  readonly columns: readonly ColumnInfo[]
  readonly rows: readonly InputRow[]
  readonly places: readonly number[]
}

/** What an insert is to write, checked against the table. */
export interface InsertRows {
  readonly groups: readonly RowGroup[]
  /** The tenant of the context, where no row gives one itself. */
  readonly tenant: { readonly column: ColumnInfo; readonly id: string } | undefined
}

/**
 * Groups the rows by which columns with a default they leave out: a column without one is NULL
 * where it is left out, so it needs no group of its own.
 * @throws PlataformaError `PLT_COLUMN_UNKNOWN`, `PLT_VALUE_INVALID`, `PLT_TENANT_ID_INVALID`
 */
export function insertRows(
  table: QueryTable,
  rows: readonly InputRow[],
  tenantId: string | undefined,
): InsertRows {
  const columns = givenColumns(table, rows)
  const tenant = tenantOf(table, tenantId)
  const givesTenant = tenant !== undefined && columns.has(tenant.column)
  const filled = givesTenant ? rows.map((row) => withTenant(row, tenant)) : rows
  const clashes = [...columns].some(({ name }) => name in Object.prototype)
  return {
    groups: grouped([...columns], clashes ? filled.map(bare) : filled, table.info.tenantColumn),
    tenant: givesTenant ? undefined : tenant,
  }
}

/** What the row gives itself: `constructor` and the like are there without being given. */
function bare(row: InputRow): InputRow {
  return Object.assign(Object.create(null), row)
}

function tenantOf(table: QueryTable, id: string | undefined): InsertRows['tenant'] {
  const { tenantColumn } = table.info
  if (tenantColumn === undefined || id === undefined) return undefined
  const column = table.column(tenantColumn)
  checkTenantId(table, column, id)
  return { column, id }
}

function withTenant(row: InputRow, tenant: NonNullable<InsertRows['tenant']>): InputRow {
  const { name } = tenant.column
  return row[name] === undefined ? { ...row, [name]: tenant.id } : row
}

function givenColumns(table: QueryTable, rows: readonly InputRow[]): Set<ColumnInfo> {
  const known = new Set<string>()
  const columns = new Set<ColumnInfo>()
  for (const [index, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null) throw noRow(table, index)
    for (const name of Object.keys(row)) {
      if (known.has(name) || row[name] === undefined) continue
      const column = table.column(name)
      if (column.generated === 'always') throw generated(table, column)
      known.add(name)
      columns.add(column)
    }
  }
  return columns
}

function grouped(
  columns: readonly ColumnInfo[],
  rows: readonly InputRow[],
  tenantColumn: string | undefined,
): RowGroup[] {
  const optional = columns.filter((column) => column.hasDefault && column.name !== tenantColumn)
  const groups = new Map<string, { missing: ReadonlySet<ColumnInfo>; places: number[] }>()
  for (const [place, row] of optional.length === 0 ? [] : rows.entries()) {
    let key = ''
    for (const column of optional) key += row[column.name] === undefined ? '0' : '1'
    let group = groups.get(key)
    if (group === undefined) {
      const missing = optional.filter((column) => row[column.name] === undefined)
      group = { missing: new Set(missing), places: [] }
      groups.set(key, group)
    }
    group.places.push(place)
  }
  if (groups.size < 2) return [{ columns, rows, places: [] }]
  return [...groups.values()].map(({ missing, places }) => ({
    columns: columns.filter((column) => !missing.has(column)),
    rows: places.flatMap((place): readonly InputRow[] => rows.slice(place, place + 1)),
    places,
  }))
}

const LIMITED = /^character varying\((\d+)\)$/

function checkTenantId(table: QueryTable, column: ColumnInfo, tenantId: string): void {
  const [, most] = LIMITED.exec(column.type) ?? []
  try {
    columnCodec(table.info, column).encode(tenantId)
    if (most !== undefined && [...tenantId].length > Number(most)) throw new RangeError('too long')
  } catch (cause) {
    throw new PlataformaError(
      'PLT_TENANT_ID_INVALID',
      `The tenant '${tenantId}' of the context does not fit column "${column.name}" (${column.type}).`,
      {
        remedy: 'Give withContext a tenantId of the type of the tenant column.',
        cause,
        table: table.info.name,
        column: column.name,
      },
    )
  }
}

function noRow(table: QueryTable, index: number): PlataformaError {
  return new PlataformaError(
    'PLT_VALUE_INVALID',
    `Row ${index + 1} for table "${table.info.name}" is no object.`,
    { remedy: 'Give a list of rows, each an object of columns.', table: table.info.name },
  )
}

function generated(table: QueryTable, column: ColumnInfo): PlataformaError {
  return new PlataformaError(
    'PLT_VALUE_INVALID',
    `Column "${column.name}" of table "${table.info.name}" is always generated.`,
    { remedy: 'Leave the column out.', table: table.info.name, column: column.name },
  )
}
