import type { ArrayType } from '../wire/array-types.js'
import type { CatalogReader } from './read-tables.js'

const ARRAYS_QUERY = `
with recursive item(oid, type) as (
  select a.oid, a.typelem
  from pg_catalog.pg_type a
  join pg_catalog.pg_type e on e.oid = a.typelem
  where a.typcategory = 'A' and a.oid >= 16384 and e.typtype in ('b', 'd', 'e')
    and e.typdelim = ','
  union all
  select i.oid, t.typbasetype
  from item i
  join pg_catalog.pg_type t on t.oid = i.type
  where t.typtype = 'd'
)
select i.oid::bigint as "oid", i.type::bigint as "element"
from item i
join pg_catalog.pg_type t on t.oid = i.type
where t.typtype <> 'd'`

/** The database's arrays of enums, domains and types of extensions. */
export async function readArrayTypes(read: CatalogReader): Promise<readonly ArrayType[]> {
  const rows = (await read(ARRAYS_QUERY, [])) as readonly Record<keyof ArrayType, unknown>[]
  return rows.map(({ oid, element }) => ({ oid: Number(oid), element: Number(element) }))
}
