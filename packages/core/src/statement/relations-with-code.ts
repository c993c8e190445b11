/** Calls that stay with the session, or run text that may hold one. */
const ALTERING_CALL =
  '\\m(execute|set_config|setseed|(query|table|cursor)_to_xml\\w*|ts_stat|pg_(try_)?advisory_(un)?lock\\w*)\\M'
const ALTERING_STATEMENT =
  '(^|;|\\m(begin|then|else|loop)\\M)\\s*(set|reset|prepare|deallocate|discard|listen|unlisten|do|call|load)\\s'

/**
 * Gives rows `{ name, on, alters }`: the relations behind which functions that are not PostgreSQL's
 * run when they are read (views, policies) or written (triggers, rules, defaults, generated
 * columns, checks, domains, expressions of indexes; by way of a view, a partition or a foreign key
 * too). `alters` where the source of such a function, or of one that it names, can change the
 * session; those of extensions and of schema `plataforma` do not.
 */
export const RELATIONS_WITH_CODE = `
  with recursive source as materialized (
    select p.oid, p.proname, l.lanname in ('sql', 'plpgsql') as legible,
      coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as text,
      exists (select from pg_catalog.pg_depend as e where e.classid = 'pg_proc'::regclass
        and e.objid = p.oid and e.deptype = 'e') as extension
    from pg_catalog.pg_proc as p join pg_catalog.pg_language as l on l.oid = p.prolang
    where p.pronamespace not in (select oid from pg_catalog.pg_namespace
      where nspname in ('pg_catalog', 'information_schema', 'plataforma'))
  ), altering (oid, proname) as (
    select oid, proname from source where not extension and (not legible
      or text ~* '${ALTERING_CALL}' or text ~* '${ALTERING_STATEMENT}')
    union
    select s.oid, s.proname from source as s join altering as a
      on s.text ~* ('\\m' || regexp_replace(a.proname, '(\\W)', '\\\\\\1', 'g') || '\\M')
    where not s.extension
  ), code (classid, objid, alters) as (
    select 'pg_proc'::regclass, s.oid, s.oid in (select oid from altering) from source as s
    union all
    select 'pg_operator'::regclass, o.oid, o.oprcode in (select oid from altering)
    from pg_catalog.pg_operator as o where o.oprnamespace <> 'pg_catalog'::regnamespace
  ), caller as (
    select d.classid, d.objid, code.alters from code
      join pg_catalog.pg_depend as d on d.refclassid = code.classid and d.refobjid = code.objid
    where d.classid in ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_attrdef'::regclass,
      'pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_class'::regclass)
  ), place (relation, kind, alters) as (
    select r.ev_class, case r.ev_type when '1' then 'read' else 'write' end, c.alters
    from caller as c join pg_catalog.pg_rewrite as r on r.oid = c.objid
    where c.classid = 'pg_rewrite'::regclass
    union
    select p.polrelid, kind.kind, c.alters
    from caller as c join pg_catalog.pg_policy as p on p.oid = c.objid
      cross join (values ('read'), ('write')) as kind (kind)
    where c.classid = 'pg_policy'::regclass
    union
    select t.tgrelid, 'write', c.alters
    from caller as c join pg_catalog.pg_trigger as t on t.oid = c.objid
    where c.classid = 'pg_trigger'::regclass
    union
    select a.adrelid, 'write', c.alters
    from caller as c join pg_catalog.pg_attrdef as a on a.oid = c.objid
    where c.classid = 'pg_attrdef'::regclass
    union
    select i.indrelid, 'write', c.alters
    from caller as c join pg_catalog.pg_index as i on i.indexrelid = c.objid
    where c.classid = 'pg_class'::regclass
    union
    select k.conrelid, 'write', c.alters
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
    where c.classid = 'pg_constraint'::regclass and k.conrelid <> 0
    union
    select a.attrelid, 'write', c.alters
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
      join pg_catalog.pg_attribute as a on a.atttypid = k.contypid
    where c.classid = 'pg_constraint'::regclass and k.contypid <> 0
  ), reached (relation, kind, alters) as (
    select relation, kind::text, alters from place
    union
    select step.relation, reached.kind, reached.alters from reached join (
      select r.ev_class, d.refobjid, null::text from pg_catalog.pg_rewrite as r
        join pg_catalog.pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
          and d.refclassid = 'pg_class'::regclass
      union all
      select inhparent, inhrelid, null from pg_catalog.pg_inherits
      union all
      select confrelid, conrelid, 'write' from pg_catalog.pg_constraint where contype = 'f'
    ) as step (relation, reached, kind)
      on step.reached = reached.relation and coalesce(step.kind, reached.kind) = reached.kind
  )
  select c.relname::text as "name", reached.kind as "on", bool_or(reached.alters) as "alters"
  from reached join pg_catalog.pg_class as c on c.oid = reached.relation
  group by 1, 2`
