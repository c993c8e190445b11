/**
 * Gives rows `{ name, builtIn }` for `ServerNames`. Where a name stands outside pg_catalog there
 * is a row with `builtIn: false`, and it may be one of a function, an operator, a domain, a row
 * type (which may hold a domain) or a type that is converted by a function. Functions of
 * information_schema are PostgreSQL's, but as nobody calls them they count as outside.
 */
export const FUNCTION_NAMES = `
  select distinct proname::text as name, pronamespace = 'pg_catalog'::regnamespace as "builtIn"
  from pg_catalog.pg_proc
  union
  select oprname::text, false
  from pg_catalog.pg_operator
  where oprnamespace <> 'pg_catalog'::regnamespace
  union
  select typname::text, false
  from pg_catalog.pg_type
  where typnamespace <> 'pg_catalog'::regnamespace
    and (typtype in ('c', 'd', 'r', 'm')
      or typtype = 'b' and typelem = 0
      or exists (
        select from pg_catalog.pg_cast
        where casttarget = pg_type.oid and castmethod = 'f'))`
