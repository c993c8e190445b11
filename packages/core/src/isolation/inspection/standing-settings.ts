import { sql } from 'kysely'
import type { Isolation } from '../isolation.js'
import { quoteIdentifier } from '../server-facts.js'
import type { Finding } from './finding.js'

/** Where a setting comes from; without both it is the server's configuration, or everybody's. */
interface StandingSetting {
  readonly name: 'session_replication_role' | 'restrict_nonsystem_relation_kind'
  readonly value: string
  readonly database: string | null
  readonly role: string | null
  /** Whether it stands in the catalogs. */
  readonly stored: boolean
}

/**
 * Settings of the server, the database or a role of ours that take away what tables are promised.
 * Only a superuser can set the first, and nobody else can set it back.
 */
export async function standingSettingFindings(isolation: Isolation): Promise<readonly Finding[]> {
  const { db, names, server } = isolation
  const { rows } = await sql<StandingSetting>`
    WITH stored AS (
      SELECT lower(split_part(c.setting, '=', 1)) AS name,
        substr(c.setting, strpos(c.setting, '=') + 1) AS value,
        d.datname::text AS database, r.rolname::text AS role
      FROM pg_catalog.pg_db_role_setting AS s
        LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
        LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
        CROSS JOIN unnest(s.setconfig) AS c (setting)
      WHERE (s.setdatabase = 0 OR d.datname = current_database())
        AND (s.setrole = 0 OR r.rolname = ${server.administrator}
          OR starts_with(r.rolname, ${`${names.prefix}_`}))
    ), configured AS (
      SELECT name, setting AS value FROM pg_catalog.pg_settings
      WHERE source IN ('configuration file', 'command line', 'environment variable')
    )
    SELECT *, true AS stored FROM stored
    WHERE (name = 'session_replication_role' AND value = 'replica')
      OR (name = 'restrict_nonsystem_relation_kind' AND value LIKE '%view%')
    UNION ALL
    SELECT name, value, NULL, NULL, false FROM configured
    WHERE (name = 'session_replication_role' AND value = 'replica')
      OR (name = 'restrict_nonsystem_relation_kind' AND value LIKE '%view%')
    ORDER BY name, database, role`.execute(db)
  return rows.map(findingOf)
}

function findingOf(setting: StandingSetting): Finding {
  const { name, value } = setting
  const isReplica = name === 'session_replication_role'
  return {
    id: 'standing-setting',
    grade: isReplica ? 'error' : 'warning',
    message: `${placeOf(setting)} ${name} = ${value}: ${
      isReplica
        ? 'foreign keys are not checked and triggers do not run'
        : 'the view that the tenant policies read is refused to whoever has it'
    }.`,
    remedy: `Reset it${isReplica ? ' as a superuser' : ''}, and connect anew.`,
    sql: resetSql(setting),
  }
}

function placeOf({ database, role, stored }: StandingSetting): string {
  if (!stored) return 'The server’s configuration has'
  const inDatabase = database === null ? '' : ` in the database "${database}"`
  if (role !== null) return `The role "${role}" has${inDatabase}`
  return database === null ? 'Every role has' : `The database "${database}" has`
}

function resetSql({ name, database, role, stored }: StandingSetting): string {
  if (!stored) return `ALTER SYSTEM RESET ${name}; SELECT pg_reload_conf();`
  if (role === null && database !== null) {
    return `ALTER DATABASE ${quoteIdentifier(database)} RESET ${name};`
  }
  const place = database === null ? '' : ` IN DATABASE ${quoteIdentifier(database)}`
  return `ALTER ROLE ${role === null ? 'ALL' : quoteIdentifier(role)}${place} RESET ${name};`
}
