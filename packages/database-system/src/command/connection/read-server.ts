import { type Kysely, sql } from 'kysely'

/** The server and database at the end of a connection. */
export interface ServerDescription {
  /** Such as `18.4`. */
  readonly version: string
  /** As `server_version_num`: 180004. */
  readonly versionNum: number
  readonly database: string
  readonly user: string
  readonly encrypted: boolean
}

export async function readServer(db: Kysely<unknown>): Promise<ServerDescription> {
  const { rows } = await sql<ServerDescription>`
    SELECT
      split_part(current_setting('server_version'), ' ', 1) AS "version",
      current_setting('server_version_num')::int AS "versionNum",
      current_database()::text AS "database",
      current_user::text AS "user",
      coalesce((SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()), false)
        AS "encrypted"`.execute(db)
  const [server] = rows
  if (server === undefined) throw new Error('The server does not describe itself.')
  return server
}
