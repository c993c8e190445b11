/**
 * Gives rows `{ name, on }`: the relations behind which functions that are not PostgreSQL's run
 * when they are read (views, policies) or written (triggers, rules, defaults, generated columns,
 * checks, domains, expressions of indexes; by way of a view, a partition or a foreign key too).
 * Those of schema `plataforma` are ours and change no session.
 */
export const RELATIONS_WITH_CODE = `
  with recursive code (classid, objid) as (
    select 'pg_proc'::regclass, p.oid from pg_catalog.pg_proc as p
    where p.pronamespace not in (select oid from pg_catalog.pg_namespace
      where nspname in ('pg_catalog', 'information_schema', 'plataforma'))
    union all
    select 'pg_operator'::regclass, o.oid from pg_catalog.pg_operator as o
    where o.oprnamespace <> 'pg_catalog'::regnamespace
  ), caller as (
    select d.classid, d.objid from code
      join pg_catalog.pg_depend as d on d.refclassid = code.classid and d.refobjid = code.objid
    where d.classid in ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_attrdef'::regclass,
      'pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_class'::regclass)
  ), place (relation, kind) as (
    select r.ev_class, case r.ev_type when '1' then 'read' else 'write' end
    from caller as c join pg_catalog.pg_rewrite as r on r.oid = c.objid
    where c.classid = 'pg_rewrite'::regclass
    union
    select p.polrelid, kind.kind
    from caller as c join pg_catalog.pg_policy as p on p.oid = c.objid
      cross join (values ('read'), ('write')) as kind (kind)
    where c.classid = 'pg_policy'::regclass
    union
    select t.tgrelid, 'write' from caller as c join pg_catalog.pg_trigger as t on t.oid = c.objid
    where c.classid = 'pg_trigger'::regclass
    union
    select a.adrelid, 'write' from caller as c join pg_catalog.pg_attrdef as a on a.oid = c.objid
    where c.classid = 'pg_attrdef'::regclass
    union
    select i.indrelid, 'write'
    from caller as c join pg_catalog.pg_index as i on i.indexrelid = c.objid
    where c.classid = 'pg_class'::regclass
    union
    select k.conrelid, 'write'
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
    where c.classid = 'pg_constraint'::regclass and k.conrelid <> 0
    union
    select a.attrelid, 'write'
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
      join pg_catalog.pg_attribute as a on a.atttypid = k.contypid
    where c.classid = 'pg_constraint'::regclass and k.contypid <> 0
  ), reached (relation, kind) as (
    select relation, kind::text from place
    union
    select step.relation, reached.kind from reached join (
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
  select distinct c.relname::text as "name", reached.kind as "on"
  from reached join pg_catalog.pg_class as c on c.oid = reached.relation`
