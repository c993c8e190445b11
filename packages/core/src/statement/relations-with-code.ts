import { changesSession, type FunctionSource } from './changes-session.js'

/*
 * Three texts and a walk in memory: as one recursive query PostgreSQL thinks it so expensive that it
 * compiles it, which takes seconds.
 */

/** Rows of `FunctionSource`: functions that are not PostgreSQL's own, nor of schema `plataforma`. */
export const FUNCTION_SOURCES = `
  select p.oid::text, p.proname::text as "name", l.lanname in ('sql', 'plpgsql') as "legible",
    coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as "text",
    exists (select from pg_catalog.pg_depend as e where e.classid = 'pg_proc'::regclass
      and e.objid = p.oid and e.deptype = 'e') as "ofExtension"
  from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    join pg_catalog.pg_language as l on l.oid = p.prolang
  where n.nspname <> all (array['pg_catalog', 'information_schema', 'plataforma'])`

/** Rows of `CallingRelation`: what stands on a relation and calls such a function. */
export const CALLING_RELATIONS = `
  with caller as (
    select d.classid, d.objid, coalesce(o.oprcode::oid, d.refobjid) as code
    from pg_catalog.pg_depend as d
      left join pg_catalog.pg_operator as o
        on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
    where d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass)
  ), place (relation, kind, code) as (
    select r.ev_class, case r.ev_type when '1' then 'read' else 'write' end, c.code
    from caller as c join pg_catalog.pg_rewrite as r on r.oid = c.objid
    where c.classid = 'pg_rewrite'::regclass
    union all
    select p.polrelid, 'any', c.code
    from caller as c join pg_catalog.pg_policy as p on p.oid = c.objid
    where c.classid = 'pg_policy'::regclass
    union all
    select t.tgrelid, 'write', c.code
    from caller as c join pg_catalog.pg_trigger as t on t.oid = c.objid
    where c.classid = 'pg_trigger'::regclass
    union all
    select a.adrelid, 'write', c.code
    from caller as c join pg_catalog.pg_attrdef as a on a.oid = c.objid
    where c.classid = 'pg_attrdef'::regclass
    union all
    select i.indrelid, 'write', c.code
    from caller as c join pg_catalog.pg_index as i on i.indexrelid = c.objid
    where c.classid = 'pg_class'::regclass
    union all
    select k.conrelid, 'write', c.code
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
    where c.classid = 'pg_constraint'::regclass and k.conrelid <> 0
    union all
    select a.attrelid, 'any', c.code
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
      join pg_catalog.pg_attribute as a on a.atttypid = k.contypid
    where c.classid = 'pg_constraint'::regclass and k.contypid <> 0
  )
  select place.relation::text, c.relname::text as "name", place.kind as "on", place.code::text
  from place join pg_catalog.pg_class as c on c.oid = place.relation`

/** Rows of `Passage`: from a view to what it reads, from a table to its parts and its references. */
export const PASSAGES = `
  with passage (relation, reached, kind) as (
    select r.ev_class, d.refobjid, 'any' from pg_catalog.pg_rewrite as r
      join pg_catalog.pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
    where r.ev_class >= 16384
    union
    select inhparent, inhrelid, 'any' from pg_catalog.pg_inherits
    union
    select confrelid, conrelid, 'write' from pg_catalog.pg_constraint where contype = 'f'
  )
  select passage.relation::text, c.relname::text as "name", passage.reached::text,
    passage.kind as "on"
  from passage join pg_catalog.pg_class as c on c.oid = passage.relation`

export interface CallingRelation {
  readonly relation: string
  readonly name: string
  readonly on: 'read' | 'write' | 'any'
  /** The function's oid. */
  readonly code: string
}

export interface Passage {
  readonly relation: string
  readonly name: string
  readonly reached: string
  readonly on: 'write' | 'any'
}

/** Relations behind which functions run that are not PostgreSQL's, by name. */
export interface RelationsWithCode {
  readonly codeOnRead: ReadonlySet<string>
  readonly codeOnWrite: ReadonlySet<string>
  /** Those of them whose code can change its session. */
  readonly alteringOnRead: ReadonlySet<string>
  readonly alteringOnWrite: ReadonlySet<string>
}

/**
 * The relations behind which such functions run when they are read (views, policies, values made
 * domains) or written (triggers, rules, defaults, generated columns, checks, domains, expressions
 * of indexes), by way of a view, a partition or a foreign key too.
 */
export function relationsWithCode(
  functions: readonly FunctionSource[],
  relations: readonly CallingRelation[],
  passages: readonly Passage[],
): RelationsWithCode {
  const outside = new Set(functions.map(({ oid }) => oid))
  const altering = changesSession(functions)
  const called = relations.filter(({ code }) => outside.has(code))
  const changing = called.filter(({ code }) => altering.has(code))
  return {
    codeOnRead: reached(called, passages, 'read'),
    codeOnWrite: reached(called, passages, 'write'),
    alteringOnRead: reached(changing, passages, 'read'),
    alteringOnWrite: reached(changing, passages, 'write'),
  }
}

function reached(
  relations: readonly CallingRelation[],
  passages: readonly Passage[],
  on: 'read' | 'write',
): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set<string>()
  const open = relations.filter((each) => each.on === on || each.on === 'any')
  const take = ({ relation, name }: { readonly relation: string; readonly name: string }) => {
    names.add(name)
    seen.add(relation)
  }
  let next: readonly { readonly relation: string; readonly name: string }[] = open
  while (next.length > 0) {
    for (const each of next) take(each)
    next = passages.filter(
      (each) =>
        (each.on === on || each.on === 'any') && seen.has(each.reached) && !seen.has(each.relation),
    )
  }
  return names
}
