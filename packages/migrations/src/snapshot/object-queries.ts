import type { CatalogQuery } from './catalog-query.js'
import { commentOf, isOfExtension } from './query-parts.js'

export const SCHEMAS: CatalogQuery = {
  kind: 'schema',
  relation: `''`,
  name: `''`,
  fields: {
    owner: `pg_get_userbyid(n.nspowner)`,
    acl: `coalesce(n.nspacl, acldefault('n', n.nspowner))::text[]`,
    every: `acldefault('n', n.nspowner)::text[]`,
    comment: commentOf('s.oid', 'pg_namespace'),
  },
  from: `
from spaces s
join pg_namespace n on n.oid = s.oid`,
}

/** What becomes of the grants of objects that somebody makes in the schema. */
export const DEFAULT_PRIVILEGES: CatalogQuery = {
  kind: 'default privileges',
  relation: `pg_get_userbyid(d.defaclrole)`,
  name: `d.defaclobjtype::text`,
  fields: {
    acl: `d.defaclacl::text[]`,
    every: `acldefault(
        case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole
      )::text[]`,
  },
  from: `
from spaces s
join pg_default_acl d on d.defaclnamespace = s.oid`,
}

export const SEQUENCES: CatalogQuery = {
  kind: 'sequence',
  relation: `''`,
  name: `c.relname`,
  fields: {
    owner: `pg_get_userbyid(c.relowner)`,
    acl: `coalesce(c.relacl, acldefault('s', c.relowner))::text[]`,
    every: `acldefault('s', c.relowner)::text[]`,
    unlogged: `c.relpersistence = 'u'`,
    type: `format_type(q.seqtypid, -1)`,
    start: `q.seqstart::text`,
    increment: `q.seqincrement::text`,
    minimum: `q.seqmin::text`,
    maximum: `q.seqmax::text`,
    cache: `q.seqcache::text`,
    cycle: `q.seqcycle`,
    ownedBy: `(
        select d.refobjid::regclass || '.' || quote_ident(a.attname)
        from pg_depend d
        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = c.oid
          and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      )`,
    comment: commentOf('c.oid', 'pg_class'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_sequence q on q.seqrelid = c.oid
where not ${isOfExtension('c.oid', 'pg_class')}`,
}

/** Those that a range type makes for itself depend on it internally. */
export const FUNCTIONS: CatalogQuery = {
  kind: 'function',
  relation: `''`,
  name: `format(
    '%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)
  )`,
  fields: {
    owner: `pg_get_userbyid(p.proowner)`,
    acl: `coalesce(p.proacl, acldefault('f', p.proowner))::text[]`,
    every: `acldefault('f', p.proowner)::text[]`,
    definition: `case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end`,
    aggregate: `(
        select json_build_object(
          'arguments', pg_get_function_arguments(p.oid),
          'result', pg_get_function_result(p.oid),
          'parallel', p.proparallel,
          'kind', g.aggkind,
          'transition', g.aggtransfn::text,
          'final', nullif(g.aggfinalfn, 0)::regproc::text,
          'combine', nullif(g.aggcombinefn, 0)::regproc::text,
          'serialize', nullif(g.aggserialfn, 0)::regproc::text,
          'deserialize', nullif(g.aggdeserialfn, 0)::regproc::text,
          'state', format_type(g.aggtranstype, -1),
          'initial', g.agginitval,
          'moving', array[g.aggmtransfn::text, g.aggminvtransfn::text, g.aggmfinalfn::text],
          'movingInitial', g.aggminitval,
          'sort', nullif(g.aggsortop, 0)::regoper::text,
          'modify', g.aggfinalmodify
        ) from pg_aggregate g where g.aggfnoid = p.oid
      )`,
    comment: commentOf('p.oid', 'pg_proc'),
  },
  from: `
from spaces s
join pg_proc p on p.pronamespace = s.oid
where not exists (
  select from pg_depend z
  where z.classid = 'pg_proc'::regclass and z.objid = p.oid and z.deptype in ('e', 'i')
)`,
}

export const TYPES: CatalogQuery = {
  kind: 'type',
  relation: `''`,
  name: `t.typname`,
  fields: {
    kind: `case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite'
        when 'r' then 'range' else 'base' end`,
    owner: `pg_get_userbyid(t.typowner)`,
    acl: `coalesce(t.typacl, acldefault('T', t.typowner))::text[]`,
    every: `acldefault('T', t.typowner)::text[]`,
    labels: `array(
        select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder
      )`,
    base: `case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end`,
    notNull: `t.typnotnull`,
    default: `t.typdefault`,
    collation: `case when t.typtype = 'd' and t.typcollation <> (
        select b.typcollation from pg_type b where b.oid = t.typbasetype
      ) then t.typcollation::regcollation end`,
    constraints: `(
        select json_object_agg(k.conname, pg_get_constraintdef(k.oid))
        from pg_constraint k where k.contypid = t.oid and k.contype = 'c'
      )`,
    attributes: `(
        select json_agg(json_build_object(
          'name', a.attname,
          'type', format_type(a.atttypid, a.atttypmod),
          'collation', case when a.attcollation <> b.typcollation then a.attcollation::regcollation end,
          'comment', ${commentOf('a.attrelid', 'pg_class', 'a.attnum')}
        ) order by a.attnum)
        from pg_attribute a join pg_type b on b.oid = a.atttypid
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
      )`,
    range: `(
        select json_build_object(
          'subtype', format_type(r.rngsubtype, -1),
          'multirange', format_type(r.rngmultitypid, -1),
          'operators', (select o.opcname from pg_opclass o where o.oid = r.rngsubopc),
          'collation', nullif(r.rngcollation, 0)::regcollation,
          'canonical', nullif(r.rngcanonical, 0)::regproc,
          'difference', nullif(r.rngsubdiff, 0)::regproc
        ) from pg_range r where r.rngtypid = t.oid
      )`,
    comment: commentOf('t.oid', 'pg_type'),
  },
  from: `
from spaces s
join pg_type t on t.typnamespace = s.oid
where (
    t.typtype in ('e', 'd', 'r')
    or t.typtype = 'c' and (select c.relkind from pg_class c where c.oid = t.typrelid) = 'c'
    or t.typtype = 'b' and t.typisdefined
      and not exists (select from pg_type e where e.oid = t.typelem and e.typarray = t.oid)
  ) and not ${isOfExtension('t.oid', 'pg_type')}`,
}
