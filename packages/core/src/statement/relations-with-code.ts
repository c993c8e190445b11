import { changesSession, type FunctionSource } from './changes-session.js'

/** Where code stands that a statement may reach whatever relation it names. */
const EVERYTHING = 'everything'

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

/**
 * Rows of `CallingRelation`: what stands on a relation or a type and calls such a function. What
 * takes effect on types of PostgreSQL's own stands on everything.
 */
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
    select p.partrelid, 'write', c.code
    from caller as c join pg_catalog.pg_partitioned_table as p on p.partrelid = c.objid
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
  ), place_on_type (one, other, code) as (
    select k.contypid, k.contypid, c.code
    from caller as c join pg_catalog.pg_constraint as k on k.oid = c.objid
    where c.classid = 'pg_constraint'::regclass and k.contypid <> 0
    union all
    select objid, objid, code from caller where classid = 'pg_type'::regclass
    union all
    select castsource, casttarget, castfunc from pg_catalog.pg_cast where castfunc >= 16384
    union all
    select o.oprleft, o.oprright, o.oprcode from pg_catalog.pg_operator as o
    where o.oid >= 16384 and (o.oprleft >= 16384 or o.oprright >= 16384 or exists (
      select from pg_catalog.pg_operator as b where b.oprname = o.oprname and b.oid < 16384))
    union all
    select 0, 0, p.oid from pg_catalog.pg_proc as p
    where p.oid >= 16384 and exists (
      select from pg_catalog.pg_proc as b where b.proname = p.proname and b.oid < 16384)
  )
  select place.relation::text, c.relname::text as "name", place.kind as "on", place.code::text
  from place join pg_catalog.pg_class as c on c.oid = place.relation
  union
  select case when each.type < 16384 then '${EVERYTHING}' else 'type ' || each.type end, '', 'any',
    code::text
  from place_on_type, unnest(array[one, other]) as each (type)
  where each.type >= 16384 or greatest(one, other) < 16384`

/**
 * Rows of `Passage`: from a view to what it reads, from a table to its parts and its references, and
 * from what has a column of a type to the type, and on to what that is made of.
 */
export const PASSAGES = `
  with passage (relation, reached, kind) as (
    select r.ev_class, d.refobjid::text, 'any' from pg_catalog.pg_rewrite as r
      join pg_catalog.pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
    where r.ev_class >= 16384
    union
    select inhparent, inhrelid::text, 'any' from pg_catalog.pg_inherits
    union
    select confrelid, conrelid::text, 'write' from pg_catalog.pg_constraint where contype = 'f'
    union
    select attrelid, 'type ' || atttypid, 'any' from pg_catalog.pg_attribute
    where atttypid >= 16384 and attnum > 0
  ), used (type) as (
    select atttypid from pg_catalog.pg_attribute where atttypid >= 16384 and attnum > 0
    union
    select typbasetype from pg_catalog.pg_type where typbasetype >= 16384
  ), made_of (type, part) as (
    select oid, 'type ' || typbasetype from pg_catalog.pg_type where typbasetype >= 16384
    union all
    select oid, 'type ' || typelem from pg_catalog.pg_type
    where typelem >= 16384 and oid in (select type from used)
    union all
    select t.oid, t.typrelid::text from pg_catalog.pg_type as t
      join pg_catalog.pg_class as c on c.oid = t.typrelid
    where t.oid >= 16384 and (c.relkind = 'c'
      or t.oid in (select type from used) or t.typarray in (select type from used))
    union all
    select rngtypid, 'type ' || rngsubtype from pg_catalog.pg_range where rngsubtype >= 16384
    union all
    select rngmultitypid, 'type ' || rngtypid from pg_catalog.pg_range where rngtypid >= 16384
  )
  select passage.relation::text, case c.relkind when 'c' then '' else c.relname::text end as "name",
    passage.reached, passage.kind as "on"
  from passage join pg_catalog.pg_class as c on c.oid = passage.relation
  union all
  select 'type ' || type, '', part, 'any' from made_of`

export interface CallingRelation {
  /** Its oid, that of a type behind the word `type`, or `EVERYTHING`. */
  readonly relation: string
  /** Empty for what is no relation. */
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
  /** Whether such code stands behind a built-in name: of a function, of an operator, of a cast. */
  readonly alteringBehindBuiltIns: boolean
}

/**
 * The relations behind which such functions run when they are read (views, policies, values made
 * domains) or written (triggers, rules, defaults, generated columns, checks, domains, expressions
 * of indexes, keys of partitions), by way of a view, a partition, a foreign key or a trigger too.
 * Code of a column's type (casts, operators, checks and defaults of domains) counts for both, where
 * it can change the session.
 */
export function relationsWithCode(
  functions: readonly FunctionSource[],
  relations: readonly CallingRelation[],
  passages: readonly Passage[],
): RelationsWithCode {
  const found = alteringRelations({ functions, relations, passages })
  const outside = new Set(functions.map(({ oid }) => oid))
  const called = relations.filter(
    ({ code, name }) => outside.has(code) && (name !== '' || found.altering.has(code)),
  )
  return {
    codeOnRead: reached(called, passages, 'read'),
    codeOnWrite: reached(called, passages, 'write'),
    alteringOnRead: found.onRead,
    alteringOnWrite: found.onWrite,
    alteringBehindBuiltIns: found.behindBuiltIns,
  }
}

interface Catalog {
  readonly functions: readonly FunctionSource[]
  readonly relations: readonly CallingRelation[]
  readonly passages: readonly Passage[]
}

/** Again and again: a function that uses a relation with altering code is altering itself. */
function alteringRelations({ functions, relations, passages }: Catalog) {
  for (let altering = changesSession(functions); ; ) {
    const changing = relations.filter(({ code }) => altering.has(code))
    const onRead = reached(changing, passages, 'read')
    const onWrite = reached(changing, passages, 'write')
    const more = changesSession(functions, [...onRead, ...onWrite])
    if (more.size === altering.size) {
      const behindBuiltIns = changing.some(({ relation }) => relation === EVERYTHING)
      return { altering, onRead, onWrite, behindBuiltIns }
    }
    altering = more
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
    if (name !== '') names.add(name)
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
