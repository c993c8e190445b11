import { randomBytes } from 'node:crypto'
import { escapeIdentifier, escapeLiteral } from 'pg'
import { connectionString } from '../postgres/connection-string.js'
import { type SharedPostgres, sharedPostgres } from '../postgres/shared-postgres.js'
import { withClient } from '../postgres/with-client.js'
import { dropDatabase } from './drop-database.js'

/** A login and how to connect with it to the database. */
export interface TestLogin {
  readonly user: string
  readonly password: string
  readonly connectionString: string
}

/** A database of its own for a test file or a test. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  readonly server: SharedPostgres
  /** The administrator's: what a product under test is given. */
  readonly connectionString: string
  /** Superuser, or the restricted owner of the database. */
  readonly administrator: TestLogin & { readonly restricted: boolean }
  /** For what a test has to see or do from outside, whoever the administrator is. */
  readonly superuser: TestLogin
  /** A copy with all that is in it, same administrator. Nobody may be connected to the original. */
  clone(): Promise<TestDatabase>
  /** Ends its sessions and drops it, with the roles that were made for it. */
  drop(): Promise<void>
}

/** How the database is to be made. */
export interface TestDatabaseOptions {
  /**
   * `restricted`: a fresh NOSUPERUSER CREATEROLE login that owns the database and has nothing more.
   * Default: `PLATAFORMA_TEST_ADMINISTRATOR`, else `superuser`.
   */
  readonly administrator?: 'superuser' | 'restricted'
  /** Default: the one of this test run. */
  readonly server?: SharedPostgres
}

/**
 * A fresh, empty database on the shared server.
 *
 * @example
 * await using database = await testDatabase({ administrator: 'restricted' })
 * const client = new pg.Client(database.connectionString)
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await sharedPostgres())
  const kind = options.administrator ?? process.env.PLATAFORMA_TEST_ADMINISTRATOR
  if (kind && kind !== 'superuser' && kind !== 'restricted') {
    throw new Error(`PLATAFORMA_TEST_ADMINISTRATOR is "superuser" or "restricted", not "${kind}".`)
  }
  const name = freshName('test')
  const administrator = kind === 'restricted' ? await restrictedLogin(server, name) : server
  return createFrom('template0', { server, name, administrator })
}

interface Parts {
  readonly server: SharedPostgres
  readonly name: string
  readonly administrator: { readonly user: string; readonly password: string }
}

async function createFrom(template: string, parts: Parts): Promise<TestDatabase> {
  const { server, name, administrator } = parts
  const owner = escapeIdentifier(administrator.user)
  await withClient(server.connectionString, async (client) => {
    const from = escapeIdentifier(template)
    // Copying files costs a third of writing each page to the log, which is the default.
    await client.query(
      `create database ${escapeIdentifier(name)} template ${from} owner ${owner} strategy file_copy`,
    )
  })
  const login = ({ user, password }: Parts['administrator']): TestLogin => {
    const { host, port } = server
    const url = connectionString({ host, port, user, password, database: name })
    return { user, password, connectionString: url }
  }
  const drop = () => dropDatabase(server, name)
  return {
    name,
    server,
    connectionString: login(administrator).connectionString,
    administrator: { ...login(administrator), restricted: administrator.user !== server.user },
    superuser: login(server),
    clone: () => createFrom(name, { server, administrator, name: freshName('test') }),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

async function restrictedLogin(
  server: SharedPostgres,
  name: string,
): Promise<Parts['administrator']> {
  const user = `${name}_administrator`
  const password = randomBytes(12).toString('hex')
  await withClient(server.connectionString, (client) =>
    client.query(
      `create role ${escapeIdentifier(user)} login nosuperuser createrole nocreatedb
       password ${escapeLiteral(password)}`,
    ),
  )
  return { user, password }
}

function freshName(prefix: string): string {
  return `${prefix}_${process.pid}_${randomBytes(4).toString('hex')}`
}
