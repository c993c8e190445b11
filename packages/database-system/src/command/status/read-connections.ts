import { type Kysely, sql } from 'kysely'

/** Connections of a server, whoever opened them. */
export interface ConnectionsDescription {
  /** `max_connections`. */
  readonly max: number
  /** Of these, what PostgreSQL keeps for superusers and `pg_use_reserved_connections`. */
  readonly reserved: number
  /** Of all databases. */
  readonly open: number
  /** On this database, by login, most first. */
  readonly logins: readonly { readonly login: string; readonly open: number }[]
}

export async function readConnections(db: Kysely<unknown>): Promise<ConnectionsDescription> {
  const { rows } = await sql<ConnectionsDescription>`
    WITH clients AS (
      SELECT usename::text AS login, datname = current_database() AS here
      FROM pg_catalog.pg_stat_activity
      WHERE backend_type = 'client backend'
    ), logins AS (
      SELECT login, count(*)::int AS open FROM clients WHERE here GROUP BY login
    )
    SELECT
      current_setting('max_connections')::int AS "max",
      current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true)::int, 0) AS "reserved",
      (SELECT count(*)::int FROM clients) AS "open",
      coalesce(
        (SELECT json_agg(json_build_object('login', login, 'open', open) ORDER BY open DESC, login)
          FROM logins),
        '[]'
      ) AS "logins"`.execute(db)
  const [connections] = rows
  if (connections === undefined) throw new Error('The server does not tell its connections.')
  return connections
}
