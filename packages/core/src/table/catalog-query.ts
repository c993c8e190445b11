/**
 * Tables, views and partitioned tables of a schema, one row each, planned in little time: columns
 * and keys stand as numbers that the reader joins. The tenant column is the one that a restrictive
 * policy compares with the context's tenant; subqueries as they stand make sure that it is looked
 * for among the policies of its table and not among all. $1 schema, $2 names of tables or NULL for all.
 */
export const CATALOG_QUERY = `
select c.relname as "name", c.relkind as "kind",
  json_agg(json_build_object(
    'number', a.attnum,
    'name', a.attname,
    'typeId', t.oid::bigint,
    'typeName', t.typname,
    'isOwn', t.typnamespace = 'pg_catalog'::regnamespace,
    'isArray', t.typcategory = 'A',
    'isRange', t.typtype in ('r', 'm'),
    'text', pg_catalog.format_type(t.oid, a.atttypmod),
    'castText', pg_catalog.format_type(t.oid, -1),
    'notNull', a.attnotnull or t.typnotnull,
    'hasDefault', a.atthasdef or a.attidentity <> '' or t.typdefault is not null,
    'generated', case
      when a.attidentity = 'a' or a.attgenerated <> '' then 'always'
      when a.attidentity = 'd' then 'by default'
      else 'no' end,
    'isBytewise', (
      select l.collisdeterministic and pg_catalog.getdatabaseencoding() in ('UTF8', 'SQL_ASCII')
      from pg_catalog.pg_collation l where l.oid = a.attcollation
    )
  ) order by a.attnum) as "columns",
  (
    select json_agg(json_build_object(
      'name', (select x.relname from pg_catalog.pg_class x where x.oid = i.indexrelid),
      'primary', i.indisprimary,
      'numbers', i.indkey::int2[],
      'size', i.indnkeyatts
    ) order by i.indisprimary desc, i.indexrelid)
    from pg_catalog.pg_index i
    where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
      and i.indpred is null and i.indexprs is null
  ) as "keys",
  (
    select json_agg(json_build_object('name', f.conname, 'numbers', f.conkey))
    from pg_catalog.pg_constraint f
    where f.conrelid = c.oid and f.contype = 'f'
  ) as "foreignKeys",
  case when c.relrowsecurity then (
    select min((
      select min(d.refobjsubid) from pg_catalog.pg_depend d
      where d.classid = 'pg_policy'::regclass and d.objid = p.oid
        and d.refclassid = 'pg_class'::regclass and d.refobjid = p.polrelid and d.refobjsubid > 0
    ))
    from pg_catalog.pg_policy p
    where p.polrelid = c.oid and not p.polpermissive and (
      select count(*) from pg_catalog.pg_depend f
      where f.classid = 'pg_policy'::regclass and f.objid = p.oid
        and f.refclassid = 'pg_proc'::regclass
        and f.refobjid = (select to_regprocedure('plataforma.tenant_id()'))
    ) > 0
  ) end as "tenant"
from pg_catalog.pg_class c
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
where c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = $1)
  and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and ($2::text[] is null or c.relname = any ($2))
group by c.oid`

/**
 * Types that are not PostgreSQL's own, by their OIDs ($1): qualified, domains followed down to what
 * decides how values are written, and arrays to their elements.
 */
export const TYPES_QUERY = `
with recursive step(source, type, is_array, depth) as (
  select oid, oid, false, 0 from unnest($1::oid[]) oid
  union all
  select s.source,
    case when t.typtype = 'd' then t.typbasetype else t.typelem end,
    s.is_array or t.typtype <> 'd',
    s.depth + 1
  from step s
  join pg_catalog.pg_type t on t.oid = s.type
  where t.typtype = 'd' or (t.typcategory = 'A' and t.typelem <> 0)
)
select distinct on (s.source)
  s.source::bigint as "typeId",
  case when own.nspname = 'pg_catalog' then null
    else format('%I.%I', own.nspname, coalesce(item.typname, source.typname)) end as "name",
  case when cast_n.nspname = 'pg_catalog' then format_type(c.type, -1)
    else format('%I.%I', cast_n.nspname, cast_t.typname) end as "castType",
  t.typname as "baseType",
  s.is_array as "isArray",
  case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range'
    when 'm' then 'range' else 'base' end as "kind",
  array(
    select enumlabel::text from pg_catalog.pg_enum where enumtypid = t.oid order by enumsortorder
  ) as "labels"
from step s
join pg_catalog.pg_type t on t.oid = s.type
join pg_catalog.pg_type source on source.oid = s.source
join pg_catalog.pg_namespace own on own.oid = source.typnamespace
left join pg_catalog.pg_type item on item.oid = source.typelem and source.typcategory = 'A'
cross join lateral (
  select first.type from step first join pg_catalog.pg_type ft on ft.oid = first.type
  where first.source = s.source and ft.typtype <> 'd' order by first.depth limit 1
) c
join pg_catalog.pg_type cast_t on cast_t.oid = c.type
join pg_catalog.pg_namespace cast_n on cast_n.oid = cast_t.typnamespace
order by s.source, s.depth desc`
