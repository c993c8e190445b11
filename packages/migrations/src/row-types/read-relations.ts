import { type Kysely, sql } from 'kysely'
import { type CatalogType, readCatalogTypes } from './catalog-type.js'

/** A table or view, as row types are made of it. */
export interface Relation {
  readonly schema: string
  readonly name: string
  /** Whether it only can be read. */
  readonly isView: boolean
  readonly comment: string | null
  readonly columns: readonly RelationColumn[]
}

export interface RelationColumn {
  readonly name: string
  readonly comment: string | null
  /** OID; domains and arrays are in the catalog's types. */
  readonly type: number
  /** As they were declared, which is 0 for one dimension of a domain or view too. */
  readonly dimensions: number
  readonly notNull: boolean
  readonly hasDefault: boolean
  /** Whether PostgreSQL refuses values for it. */
  readonly always: boolean
}

/** Relations of schemas, and every type that leads to what their columns hold. */
export interface Relations {
  readonly relations: readonly Relation[]
  readonly types: ReadonlyMap<number, CatalogType>
}

/**
 * Reads the catalog itself: kysely-codegen leaves out what the login has no privilege to use, takes
 * children of plain inheritance for partitions, and does not tell generated columns from defaults.
 */
export async function readRelations(
  db: Kysely<unknown>,
  schemas: readonly string[],
): Promise<Relations> {
  const { rows } = await sql<Omit<Relation, 'columns'> & { columns: string }>`
    select n.nspname as "schema", c.relname as "name", c.relkind in ('v', 'm') as "isView",
      t.description as "comment",
      coalesce(json_agg(json_build_object(
        'name', a.attname,
        'comment', z.description,
        'type', a.atttypid::bigint,
        'dimensions', a.attndims,
        'notNull', a.attnotnull,
        'hasDefault', a.atthasdef or a.attidentity <> '',
        'always', a.attgenerated <> '' or a.attidentity = 'a'
      ) order by a.attname collate "C") filter (where a.attname is not null), '[]')::text as "columns"
    from pg_catalog.pg_namespace n
    join pg_catalog.pg_class c on c.relnamespace = n.oid
    left join pg_catalog.pg_attribute a
      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_description z
      on z.objoid = c.oid and z.classoid = 'pg_catalog.pg_class'::regclass and z.objsubid = a.attnum
    left join pg_catalog.pg_description t
      on t.objoid = c.oid and t.classoid = 'pg_catalog.pg_class'::regclass and t.objsubid = 0
    where n.nspname = any (${schemas}::text[])
      and c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition
    group by n.nspname, c.oid, t.description
    order by n.nspname collate "C", c.relname collate "C"`.execute(db)
  // As text: how a client reads JSON is an option of it.
  const relations = rows.map((row): Relation => ({ ...row, columns: JSON.parse(row.columns) }))
  const used = new Set(relations.flatMap(({ columns }) => columns.map(({ type }) => type)))
  return { relations, types: await readCatalogTypes(db, [...used]) }
}
