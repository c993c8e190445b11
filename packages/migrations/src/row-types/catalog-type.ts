import { type Kysely, sql } from 'kysely'

/** A type as the catalog has it. */
export interface CatalogType {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'array' | 'base' | 'composite' | 'domain' | 'enum' | 'range'
  /** Of a domain what it is over, of an array its elements; else `null`. */
  readonly of: number | null
  /** Dimensions of a domain over an array. */
  readonly dimensions: number
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly comment: string | null
  /** What stands between elements of its arrays. */
  readonly delimiter: string
  /** Of an enum, in its order. */
  readonly labels: readonly string[]
}

/** The types, and all that domains and arrays among them lead to. */
export async function readCatalogTypes(
  db: Kysely<unknown>,
  oids: readonly number[],
): Promise<ReadonlyMap<number, CatalogType>> {
  if (oids.length === 0) return new Map()
  const { rows } = await sql<{ type: string }>`
    with recursive used(oid) as (
      select * from unnest(${oids}::oid[])
      union
      select case when t.typtype = 'd' then t.typbasetype else t.typelem end
      from used u
      join pg_catalog.pg_type t on t.oid = u.oid
      where t.typtype = 'd' or exists (
        select from pg_catalog.pg_type e where e.oid = t.typelem and e.typarray = t.oid
      )
    )
    select json_build_object(
      'oid', t.oid::bigint,
      'schema', n.nspname,
      'name', t.typname,
      'kind', case
        when e.oid is not null then 'array'
        when t.typtype = 'd' then 'domain'
        when t.typtype = 'e' then 'enum'
        when t.typtype = 'c' then 'composite'
        when t.typtype in ('r', 'm') then 'range'
        else 'base' end,
      'of', coalesce(e.oid, nullif(t.typbasetype, 0))::bigint,
      'dimensions', t.typndims,
      'notNull', t.typnotnull,
      'hasDefault', t.typdefault is not null,
      'comment', z.description,
      'delimiter', t.typdelim,
      'labels', array(
        select l.enumlabel from pg_catalog.pg_enum l where l.enumtypid = t.oid
        order by l.enumsortorder
      )
    )::text as "type"
    from used u
    join pg_catalog.pg_type t on t.oid = u.oid
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_type e on e.oid = t.typelem and e.typarray = t.oid
    left join pg_catalog.pg_description z
      on z.objoid = t.oid and z.classoid = 'pg_catalog.pg_type'::regclass and z.objsubid = 0
    `.execute(db)
  const types = rows.map(({ type }) => JSON.parse(type) as CatalogType)
  return new Map(types.map((type) => [type.oid, type]))
}
