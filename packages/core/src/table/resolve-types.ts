import { type RawBuilder, sql } from 'kysely'
import { unknownType } from './column-type.js'
import type { DefinedColumn } from './table-definition.js'
import type { OwnerTransaction } from './table-host.js'

/** The SQL of a column's type, and its text as the catalog prints it. */
export interface ResolvedType {
  readonly sql: RawBuilder<unknown>
  readonly text: string
}

interface FoundType {
  readonly schema: string
  readonly name: string
  readonly written: string
  readonly from: string | null
}

/**
 * The types of the columns: PostgreSQL's own as they are, others found in the module's schema or
 * among the extensions and qualified.
 * @throws PlataformaError `PLT_TYPE_INVALID`
 */
export async function resolveTypes(
  columns: readonly DefinedColumn[],
  trx: OwnerTransaction,
): Promise<ReadonlyMap<string, ResolvedType>> {
  const found = await findTypes(columns, trx)
  return new Map(columns.map((column) => [column.name, resolved(column, found)]))
}

/** The same where all are PostgreSQL's own, so that the server need not be asked. */
export function plainTypes(
  columns: readonly DefinedColumn[],
): ReadonlyMap<string, ResolvedType> | undefined {
  if (columns.some(({ type }) => type.custom !== undefined)) return undefined
  return new Map(columns.map((column) => [column.name, resolved(column, [])]))
}

function resolved(column: DefinedColumn, found: readonly FoundType[]): ResolvedType {
  const { custom, text, isArray } = column.type
  if (custom === undefined) return { sql: sql.raw(text), text }
  const type = found.find(
    (one) => one.written === custom.name && one.from === (custom.schema ?? null),
  )
  if (type === undefined) throw unknownType(column.name, column.writtenType)
  const modifiers = custom.modifiers === '' ? '' : `(${custom.modifiers})`
  const suffix = `${modifiers}${isArray ? '[]' : ''}`
  return {
    sql: sql`${sql.id(type.schema, type.name)}${sql.raw(suffix)}`,
    text: `${quoted(type.schema)}.${quoted(type.name)}${suffix}`,
  }
}

/** As `format('%I')` does, for names that the type grammar lets through. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`
}

async function findTypes(
  columns: readonly DefinedColumn[],
  trx: OwnerTransaction,
): Promise<readonly FoundType[]> {
  const custom = columns.flatMap(({ type }) => (type.custom === undefined ? [] : [type.custom]))
  if (custom.length === 0) return []
  const names = custom.map((type) => type.name)
  const schemas = custom.map((type) => type.schema ?? null)
  const { rows } = await sql<FoundType>`
    select w.name as written, w.schema as "from", n.nspname as schema, t.typname as name
    from unnest(${names}::text[], ${schemas}::text[]) w(name, schema)
    join pg_catalog.pg_type t on t.typname = w.name and t.typtype in ('b', 'c', 'd', 'e', 'r', 'm')
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where case when w.schema is null
      then pg_catalog.pg_type_is_visible(t.oid)
      else n.nspname = w.schema end`.execute(trx)
  return rows
}
