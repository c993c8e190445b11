import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, escapeIdentifier } from 'pg'
import type { SharedPostgres } from '../postgres/shared-postgres.js'
import { withClient } from '../postgres/with-client.js'

/**
 * Roles belong to the cluster. Those of a database are named after it, own something in it or
 * have a privilege on it, or are tied to such a role by membership; a role that another database
 * depends on is not taken.
 */
const ROLES_OF_DATABASE = `
  with recursive database as (select oid from pg_database where datname = $1),
  candidate as (
    select oid from pg_roles
    where not rolsuper and rolname !~ '^pg_' and oid <> (select datdba from pg_database where datname = current_database())
      and oid::regrole::text <> current_user
      and not exists (
        select from pg_shdepend s
        where s.refclassid = 'pg_authid'::regclass and s.refobjid = pg_roles.oid
          and case when s.dbid = 0
            then s.classid = 'pg_database'::regclass and s.objid not in (select oid from database)
            else s.dbid not in (select oid from database) end)
  ),
  mine as (
    select oid from candidate
    where (select rolname from pg_roles r where r.oid = candidate.oid) like '%' || $1 || '%'
      or exists (
        select from pg_shdepend s
        where s.refclassid = 'pg_authid'::regclass and s.refobjid = candidate.oid
          and (s.dbid in (select oid from database)
            or s.classid = 'pg_database'::regclass and s.objid in (select oid from database)))
    union
    select candidate.oid
    from mine
      join pg_auth_members m on mine.oid in (m.roleid, m.member)
      join candidate on candidate.oid in (m.roleid, m.member)
  )
  select rolname as name from mine join pg_roles using (oid)`

/** How long sessions may take to end before they are ended. */
const ENDING_MS = 500

/** Drops a database, its sessions and prepared transactions, and the roles made for it. */
export async function dropDatabase(server: SharedPostgres, name: string): Promise<void> {
  await withClient(server.connectionString, async (client) => {
    const roles = await client.query<{ name: string }>(ROLES_OF_DATABASE, [name])
    await rollBackPrepared(client, server, name)
    await dropSlots(client, name)
    await waitForSessions(client, name)
    await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`)
    await dropRoles(
      client,
      roles.rows.map((role) => role.name),
    )
  })
}

/** A client that is just ending must not be told that it was terminated: nobody listens any more. */
async function waitForSessions(client: Client, name: string): Promise<void> {
  const deadline = performance.now() + ENDING_MS
  while (performance.now() < deadline) {
    const { rowCount } = await client.query(
      'select from pg_stat_activity where datname = $1 limit 1',
      [name],
    )
    if (rowCount === 0) return
    await sleep(10)
  }
}

async function rollBackPrepared(
  client: Client,
  server: SharedPostgres,
  name: string,
): Promise<void> {
  const sql = 'select gid from pg_prepared_xacts where database = $1'
  const gids = await client.query<{ gid: string }>(sql, [name])
  if (gids.rows.length === 0) return
  const url = new URL(server.connectionString)
  url.pathname = `/${encodeURIComponent(name)}`
  await withClient(url.href, async (inside) => {
    for (const { gid } of gids.rows) {
      await inside.query(`rollback prepared ${inside.escapeLiteral(gid)}`)
    }
  })
}

async function dropSlots(client: Client, name: string): Promise<void> {
  await client.query(
    `select pg_terminate_backend(active_pid, 5000) from pg_replication_slots
     where database = $1 and active`,
    [name],
  )
  await client.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1',
    [name],
  )
}

/** Several rounds, because a role that granted a membership goes only after the grantee. */
async function dropRoles(client: Client, names: readonly string[]): Promise<void> {
  let left = names
  while (left.length > 0) {
    const failed: string[] = []
    for (const name of left) {
      try {
        await client.query(`drop role if exists ${escapeIdentifier(name)}`)
      } catch {
        failed.push(name)
      }
    }
    if (failed.length === left.length) return
    left = failed
  }
}
