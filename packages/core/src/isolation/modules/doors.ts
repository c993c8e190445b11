import { type Kysely, sql } from 'kysely'
import { assertGiven } from '../../error/assert-given.js'
import { PlataformaError } from '../../error/plataforma-error.js'
import { assertModuleName, moduleSchema } from '../../identity/module-name.js'
import { withRole } from '../acting-role.js'
import { bookkeeping } from '../bookkeeping/bookkeeping-tables.js'
import { retryCatalogRaces } from '../bookkeeping/catalog-race.js'
import { explainingPrivileges } from '../explaining-privileges.js'
import type { Isolation } from '../isolation.js'
import { lockModules } from './create-module.js'
import { assertModuleExists } from './module-registry.js'

/** What the code of the other module may do. */
const RUNTIME_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const
/** What the migrations of the other module may do: name the table in foreign keys. */
const REFERENCES = 'REFERENCES'
const PRIVILEGES = [...RUNTIME_PRIVILEGES, REFERENCES] as const

type Privilege = (typeof PRIVILEGES)[number]

/**
 * What is opened: `REFERENCES` to migrations of the other module, the others to its code. In either
 * case; `listDoors` gives upper case.
 */
export type DoorPrivilege = Privilege | Lowercase<Privilege>

/** What one module lets another do with its tables; tenants stay apart all the same. */
export interface Door {
  /** The module whose tables are opened. */
  readonly from: string
  readonly to: string
  /** Tables and views of `from`. */
  readonly tables: readonly string[]
  /** `['SELECT']` unless given. */
  readonly privileges?: readonly DoorPrivilege[]
}

/** Opens tables of a module to another, beside what was open before. */
export async function grantAccess(isolation: Isolation, door: Door): Promise<void> {
  const privileges = checkDoor(door, ['SELECT'])
  await changeDoors(isolation, door, async (trx, user) => {
    const schema = sql.id(moduleSchema(door.from))
    // The other's owner may name the tables, in views that read as their caller; it reads nothing.
    await sql`GRANT USAGE ON SCHEMA ${schema} TO ${user}, ${ownerOf(isolation, door)}`.execute(trx)
    for (const table of door.tables) {
      await assertOpenable(trx, door.from, table)
      const id = sql.id(moduleSchema(door.from), table)
      for (const { to, listed } of grantees(isolation, door, privileges)) {
        await sql`GRANT ${listed} ON ${id} TO ${to}`.execute(trx)
      }
    }
  })
}

/** Closes tables, or some privileges on them; all privileges where none is named. */
export async function revokeAccess(isolation: Isolation, door: Door): Promise<void> {
  const privileges = checkDoor(door, PRIVILEGES)
  await changeDoors(isolation, door, async (trx, user) => {
    const schema = sql.id(moduleSchema(door.from))
    for (const table of door.tables) {
      if ((await kindOf(trx, door.from, table)) === undefined) continue
      const id = sql.id(moduleSchema(door.from), table)
      for (const { to, listed } of grantees(isolation, door, privileges)) {
        await sql`REVOKE ${listed} ON ${id} FROM ${to}`.execute(trx)
      }
    }
    const left = await openTables(trx, isolation, door)
    if (left.size > 0) return
    await sql`REVOKE USAGE ON SCHEMA ${schema} FROM ${user}, ${ownerOf(isolation, door)}`.execute(
      trx,
    )
  })
}

/** The doors of the database, as they were opened. */
export async function listDoors(db: Kysely<unknown>): Promise<readonly Required<Door>[]> {
  const rows = await bookkeeping(db)
    .selectFrom('plataforma.doors')
    .select(['from_module', 'to_module', 'table_name', 'privileges'])
    .orderBy('from_module')
    .orderBy('to_module')
    .orderBy('table_name')
    .execute()
  return rows.map((row) => ({
    from: row.from_module,
    to: row.to_module,
    tables: [row.table_name],
    privileges: row.privileges as DoorPrivilege[],
  }))
}

function checkDoor(door: Door, unlessGiven: readonly DoorPrivilege[]): readonly string[] {
  assertGiven.object('door', door)
  assertModuleName(door.from)
  assertModuleName(door.to)
  assertGiven.texts('tables', door.tables)
  if (door.privileges !== undefined) assertGiven.texts('privileges', door.privileges)
  const privileges = (door.privileges ?? unlessGiven).map((one) => String(one).toUpperCase())
  const wrong = privileges.find((privilege) => !PRIVILEGES.some((known) => known === privilege))
  if (wrong === undefined && door.from !== door.to && privileges.length > 0) return privileges
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    wrong === undefined
      ? 'A door needs two modules and at least one privilege.'
      : `"${wrong}" is not a privilege that a module can open.`,
    { module: door.from, remedy: 'Name SELECT, INSERT, UPDATE, DELETE or REFERENCES.' },
  )
}

/** Who is given what: tables are referenced by who makes tables, and used by code. */
function grantees(isolation: Isolation, door: Door, privileges: readonly string[]) {
  const used = privileges.filter((one) => one !== REFERENCES)
  const referenced = privileges.filter((one) => one === REFERENCES)
  return [
    { to: sql.id(isolation.names.runtime(door.to)), listed: listOf(used), count: used.length },
    { to: ownerOf(isolation, door), listed: listOf(referenced), count: referenced.length },
  ].filter(({ count }) => count > 0)
}

function ownerOf({ names }: Isolation, { to }: Door) {
  return sql.id(names.owner(to))
}

type Change = (trx: Kysely<unknown>, user: ReturnType<typeof sql.id>) => Promise<void>

async function changeDoors(isolation: Isolation, door: Door, change: Change): Promise<void> {
  const { db, names } = isolation
  await assertModuleExists(db, door.from)
  await assertModuleExists(db, door.to)
  const user = sql.id(names.runtime(door.to))
  await explainingPrivileges(isolation, () =>
    retryCatalogRaces(() =>
      db.transaction().execute(async (trx) => {
        await lockModules(trx)
        await withRole(trx, names.owner(door.from), () => change(trx, user))
        await record(trx, isolation, door)
      }),
    ),
  )
}

/** The registry follows what PostgreSQL says is granted. */
async function record(trx: Kysely<unknown>, isolation: Isolation, door: Door): Promise<void> {
  const { from, to } = door
  const open = await openTables(trx, isolation, door)
  await bookkeeping(trx)
    .deleteFrom('plataforma.doors')
    .where('from_module', '=', from)
    .where('to_module', '=', to)
    .where('table_name', 'not in', [...open.keys(), ''])
    .execute()
  for (const [table_name, privileges] of open) {
    await bookkeeping(trx)
      .insertInto('plataforma.doors')
      .values({ from_module: from, to_module: to, table_name, privileges: [...privileges] })
      .onConflict((conflict) =>
        conflict
          .columns(['from_module', 'to_module', 'table_name'])
          .doUpdateSet({ privileges: [...privileges] }),
      )
      .execute()
  }
}

async function openTables(
  trx: Kysely<unknown>,
  { names }: Isolation,
  { from, to }: Door,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await sql<{ name: string; privileges: string[] }>`
    SELECT c.relname::text AS name, array_agg(a.privilege_type ORDER BY a.privilege_type) AS privileges
    FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      CROSS JOIN aclexplode(c.relacl) AS a
    WHERE n.nspname = ${moduleSchema(from)} AND (
      pg_get_userbyid(a.grantee) = ${names.runtime(to)}
      OR pg_get_userbyid(a.grantee) = ${names.owner(to)} AND a.privilege_type = ${REFERENCES})
    GROUP BY c.relname`.execute(trx)
  return new Map(rows.map((row) => [row.name, row.privileges]))
}

/** Partitions and materialized views would be read past the policies. */
async function assertOpenable(trx: Kysely<unknown>, module: string, table: string): Promise<void> {
  const kind = await kindOf(trx, module, table)
  if (kind === 'open') return
  const where = { module, table, remedy: 'Open tables, partitioned tables or views of the module.' }
  if (kind === undefined) {
    const message = `Module "${module}" has no table "${table}".`
    throw new PlataformaError('PLT_TABLE_NOT_FOUND', message, where)
  }
  throw new PlataformaError('PLT_OPTION_INVALID', `"${table}" cannot be opened.`, where)
}

async function kindOf(
  trx: Kysely<unknown>,
  module: string,
  table: string,
): Promise<'open' | 'closed' | undefined> {
  const { rows } = await sql<{ open: boolean }>`
    SELECT c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AS open
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ${moduleSchema(module)} AND c.relname = ${table}`.execute(trx)
  const [row] = rows
  return row && (row.open ? 'open' : 'closed')
}

function listOf(privileges: readonly string[]) {
  return sql.raw(privileges.join(', '))
}
