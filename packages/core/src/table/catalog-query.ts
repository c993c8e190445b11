/**
 * Tables, views and partitioned tables of a schema, one row each. A type is qualified unless it is
 * PostgreSQL's own; `base` follows domains down and `element` arrays too, since both decide how
 * values are written. The tenant column is the one that a restrictive policy compares
 * with the context's tenant.
 * $1 schema, $2 names of tables or NULL for all.
 */
export const CATALOG_QUERY = `
with recursive relation as (
  select c.oid, c.relname, c.relkind
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
    and ($2::text[] is null or c.relname = any ($2))
),
attribute as (
  select a.* from pg_catalog.pg_attribute a join relation r on r.oid = a.attrelid
  where a.attnum > 0 and not a.attisdropped
),
step(source, type, is_array) as (
  select distinct atttypid, atttypid, false from attribute
  union all
  select s.source,
    case when t.typtype = 'd' then t.typbasetype else t.typelem end,
    s.is_array or t.typtype <> 'd'
  from step s
  join pg_catalog.pg_type t on t.oid = s.type
  where t.typtype = 'd' or (t.typcategory = 'A' and t.typelem <> 0 and not s.is_array)
),
base as (
  select distinct on (s.source) s.source, s.type
  from step s join pg_catalog.pg_type t on t.oid = s.type
  where not s.is_array and t.typtype <> 'd'
  order by s.source
),
element as (
  select distinct on (s.source) s.source, s.type, s.is_array
  from step s join pg_catalog.pg_type t on t.oid = s.type
  where t.typtype <> 'd'
  order by s.source, s.is_array desc
)
select r.relname as "name",
  (
    select json_agg(json_build_object(
      'name', a.attname,
      'type', case when n.nspname = 'pg_catalog'
        then pg_catalog.format_type(a.atttypid, a.atttypmod)
        else pg_catalog.format('%I.%I', n.nspname, coalesce(item.typname, t.typname))
          || coalesce(pg_catalog.substring(pg_catalog.format_type(a.atttypid, a.atttypmod), '\\(.*\\)'), '')
          || case when item.oid is null then '' else '[]' end
        end,
      'castType', case when bn.nspname = 'pg_catalog'
        then pg_catalog.format_type(b.type, -1)
        else pg_catalog.format('%I.%I', bn.nspname, bt.typname) end,
      'baseType', et.typname,
      'isArray', e.is_array,
      'kind', case et.typtype
        when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range' when 'm' then 'range'
        else 'base' end,
      'labels', (
        select coalesce(json_agg(enumlabel order by enumsortorder), '[]')
        from pg_catalog.pg_enum where enumtypid = et.oid
      ),
      'nullable', not (a.attnotnull or t.typnotnull),
      'hasDefault', r.relkind = 'v' or a.atthasdef or a.attidentity <> '' or t.typdefault is not null,
      'generated', case
        when a.attidentity = 'a' or a.attgenerated <> '' then 'always'
        when a.attidentity = 'd' then 'by default'
        else 'no' end,
      'bytewisePrefix', not e.is_array and et.typname in ('text', 'varchar')
        and coalesce(
          (select collisdeterministic from pg_catalog.pg_collation c where c.oid = a.attcollation),
          false)
    ) order by a.attnum)
    from attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_type item on item.oid = t.typelem and t.typcategory = 'A'
    join base b on b.source = a.atttypid
    join pg_catalog.pg_type bt on bt.oid = b.type
    join pg_catalog.pg_namespace bn on bn.oid = bt.typnamespace
    join element e on e.source = a.atttypid
    join pg_catalog.pg_type et on et.oid = e.type
    where a.attrelid = r.oid
  ) as "columns",
  (
    select json_agg(json_build_object(
      'primary', i.indisprimary,
      'columns', (
        select json_agg(a.attname order by k.place)
        from unnest(i.indkey) with ordinality k(number, place)
        join attribute a on a.attrelid = r.oid and a.attnum = k.number
        where k.place <= i.indnkeyatts
      )
    ) order by i.indisprimary desc, i.indexrelid)
    from pg_catalog.pg_index i
    where i.indrelid = r.oid and i.indisunique and i.indisvalid and i.indimmediate
      and i.indpred is null and i.indexprs is null
  ) as "uniqueKeys",
  (
    select a.attname
    from pg_catalog.pg_policy p
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = p.oid
    join attribute a on a.attrelid = r.oid and a.attnum = d.refobjsubid
    where p.polrelid = r.oid and not p.polpermissive
      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = r.oid
      and exists (
        select from pg_catalog.pg_depend f
        where f.classid = d.classid and f.objid = p.oid
          and f.refclassid = 'pg_catalog.pg_proc'::regclass
          and f.refobjid = to_regprocedure('plataforma.tenant_id()')
      )
    limit 1
  ) as "tenantColumn"
from relation r`
