import { sql } from 'kysely'
import type { OwnerTransaction } from './table-host.js'

/** A column as it stands, as far as a definition speaks of it. */
export interface DescribedColumn {
  readonly name: string
  readonly nullable: boolean
  /** As `pg_get_expr` prints it; of a stored expression where `generated`. */
  readonly expression: string | null
  readonly generated: boolean
  readonly identity: 'always' | 'by default' | null
}

/** A key, reference or check as it stands. */
export interface DescribedConstraint {
  readonly kind: 'p' | 'u' | 'f' | 'c'
  readonly name: string
  readonly columns: readonly string[]
  readonly table: string | null
  readonly referenced: readonly string[] | null
  readonly onDelete: string
  readonly onUpdate: string
  /** Of a check, as `pg_get_expr` prints it. */
  readonly expression: string | null
}

/** An index as it stands. */
export interface DescribedIndex {
  readonly columns: readonly (string | null)[]
  readonly unique: boolean
  readonly using: string
  readonly partial: boolean
}

/** What `pg_catalog` says of one table. */
export interface TableDescription {
  readonly kind: string
  readonly columns: readonly DescribedColumn[]
  readonly constraints: readonly DescribedConstraint[]
  readonly indexes: readonly DescribedIndex[]
}

/** The table as it stands; `undefined` where there is none. */
export async function describeTable(
  address: { readonly schema: string; readonly name: string },
  trx: OwnerTransaction,
): Promise<TableDescription | undefined> {
  const { rows } = await sql<CatalogDescription>`
    select c.relkind as "kind",
      (
        select json_agg(json_build_object(
          'number', a.attnum,
          'name', a.attname,
          'nullable', not a.attnotnull,
          'expression', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
          'generated', a.attgenerated <> '',
          'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end
        ) order by a.attnum)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      ) as "columns",
      (
        select json_agg(json_build_object(
          'kind', k.contype,
          'name', k.conname,
          'numbers', k.conkey,
          'table', (select relname from pg_catalog.pg_class where oid = k.confrelid),
          'referenced', (
            select json_agg(a.attname order by array_position(k.confkey, a.attnum))
            from pg_catalog.pg_attribute a
            where a.attrelid = k.confrelid and a.attnum = any (k.confkey)
          ),
          'onDelete', k.confdeltype,
          'onUpdate', k.confupdtype,
          'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid)
        ))
        from pg_catalog.pg_constraint k
        where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c')
      ) as "constraints",
      (
        select json_agg(json_build_object(
          'numbers', i.indkey::int2[],
          'size', i.indnkeyatts,
          'unique', i.indisunique,
          'using', (select amname from pg_catalog.pg_am where oid = x.relam),
          'partial', i.indpred is not null
        ))
        from pg_catalog.pg_index i
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        where i.indrelid = c.oid
      ) as "indexes"
    from pg_catalog.pg_class c
    where c.relname = ${address.name}
      and c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = ${address.schema})`.execute(
    trx,
  )
  return rows[0] && described(rows[0])
}

interface CatalogDescription {
  readonly kind: string
  readonly columns: readonly (DescribedColumn & { readonly number: number })[]
  readonly constraints:
    | readonly (Omit<DescribedConstraint, 'columns'> & { readonly numbers: number[] | null })[]
    | null
  readonly indexes:
    | readonly (Omit<DescribedIndex, 'columns'> & { numbers: number[]; size: number })[]
    | null
}

function described({ kind, columns, constraints, indexes }: CatalogDescription): TableDescription {
  const names = new Map(columns.map((column) => [column.number, column.name]))
  return {
    kind,
    columns,
    constraints: (constraints ?? []).map(({ numbers, ...constraint }) => ({
      ...constraint,
      columns: (numbers ?? []).flatMap((number) => names.get(number) ?? []),
    })),
    indexes: (indexes ?? []).map(({ numbers, size, ...index }) => ({
      ...index,
      columns: numbers.slice(0, size).map((number) => names.get(number) ?? null),
    })),
  }
}
