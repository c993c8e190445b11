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
  const { rows } = await sql<TableDescription>`
    with relation as (
      select c.oid, c.relkind from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${address.schema} and c.relname = ${address.name}
    ),
    names as (
      select attrelid, attnum, attname from pg_catalog.pg_attribute
    )
    select r.relkind as "kind",
      (
        select json_agg(json_build_object(
          'name', a.attname,
          'nullable', not a.attnotnull,
          'expression', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
          'generated', a.attgenerated <> '',
          'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end
        ) order by a.attnum)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
      ) as "columns",
      (
        select coalesce(json_agg(json_build_object(
          'kind', k.contype,
          'name', k.conname,
          'columns', (
            select json_agg(n.attname order by u.place)
            from unnest(k.conkey) with ordinality u(number, place)
            join names n on n.attrelid = k.conrelid and n.attnum = u.number
          ),
          'table', (select relname from pg_catalog.pg_class where oid = nullif(k.confrelid, 0)),
          'referenced', (
            select json_agg(n.attname order by u.place)
            from unnest(k.confkey) with ordinality u(number, place)
            join names n on n.attrelid = k.confrelid and n.attnum = u.number
          ),
          'onDelete', k.confdeltype,
          'onUpdate', k.confupdtype,
          'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid)
        )), '[]')
        from pg_catalog.pg_constraint k
        where k.conrelid = r.oid and k.contype in ('p', 'u', 'f', 'c')
      ) as "constraints",
      (
        select coalesce(json_agg(json_build_object(
          'columns', (
            select json_agg(n.attname order by u.place)
            from unnest(i.indkey) with ordinality u(number, place)
            left join names n on n.attrelid = i.indrelid and n.attnum = u.number
            where u.place <= i.indnkeyatts
          ),
          'unique', i.indisunique,
          'using', m.amname,
          'partial', i.indpred is not null
        )), '[]')
        from pg_catalog.pg_index i
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        join pg_catalog.pg_am m on m.oid = x.relam
        where i.indrelid = r.oid
      ) as "indexes"
    from relation r`.execute(trx)
  return rows[0]
}
