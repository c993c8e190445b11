import { headStatement } from '../scope/batch-frame.js'
import type { ScopeHead } from '../scope/scope.js'
import type { Session, WireStatement } from '../session/session.js'
import { control } from './control-sql.js'

/** Checks what the head's schema has deferred, now and under the head's role and search path. */
const CHECK_SCHEMA = `do $check$
declare
  deferred text;
begin
  select string_agg(distinct format('%I.%I', current_schema(), conname), ', ') into deferred
  from pg_catalog.pg_constraint
  where condeferrable and connamespace = to_regnamespace(quote_ident(current_schema()));
  if deferred is not null then
    execute 'set constraints ' || deferred || ' immediate';
  end if;
end
$check$`

/**
 * What stands before the COMMIT of a transaction that has run under several heads. COMMIT itself
 * would run every deferred constraint trigger with the search path of the last one, and before
 * PostgreSQL 18 under its role as well.
 */
export function deferredChecks(
  heads: Iterable<ScopeHead>,
  session: Session,
): readonly WireStatement[] {
  const used = [...heads]
  if (used.length < 2) return []
  return used.flatMap((head) => [headStatement(head, session), control(CHECK_SCHEMA)])
}
