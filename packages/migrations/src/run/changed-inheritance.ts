import { type RawBuilder, sql } from 'kysely'

/**
 * Whether this transaction has made a table of a schema inherit from another, or holds one of two
 * that do so as only a change of it does. Partitions are left out.
 */
export function changedInheritance(schema: string): RawBuilder<unknown> {
  return sql`EXISTS (
    SELECT FROM pg_catalog.pg_inherits AS i
      JOIN pg_catalog.pg_class AS child ON child.oid = i.inhrelid AND NOT child.relispartition
    WHERE child.relkind = 'r' AND child.relnamespace = to_regnamespace(${schema})
      AND (age(i.xmin) <= age(pg_current_xact_id()::xid) OR EXISTS (
        SELECT FROM pg_catalog.pg_locks AS l
        WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid()
          AND l.mode = 'AccessExclusiveLock' AND l.relation IN (i.inhrelid, i.inhparent)
          AND l.database = (
            SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))))`
}
