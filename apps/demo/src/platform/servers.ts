import { randomBytes } from 'node:crypto'
import {
  type PostgresServer,
  type RedisServer,
  startPostgres,
  startRedis,
} from '@plataforma/testkit'
import pg from 'pg'
import { withRemedy } from '../failure/with-remedy.js'

const DATABASE = 'plataforma_demo'
const ADMINISTRATOR = 'plataforma_demo_administrator'
/** Speed over safety: the data is gone with the demo anyway. */
const SETTINGS = { shared_buffers: '256MB', synchronous_commit: 'off' }

const NO_POSTGRES = {
  what: 'The embedded PostgreSQL could not be started',
  remedy:
    'Free some memory and disk space; if node_modules is incomplete, delete it. Then try again.',
}

/** The database of the demo and who may connect to it. */
export interface DemoDatabase extends AsyncDisposable {
  readonly server: PostgresServer
  /** What the system is given: it owns the database and may create roles, and nothing more. */
  readonly connectionString: string
  /** The superuser, who sees every row and is nobody's tenant: for the proof alone. */
  readonly auditorConnectionString: string
}

/** A PostgreSQL of its own with an empty database in it; it ends with the demo. */
export async function startDatabase(): Promise<DemoDatabase> {
  installNothing()
  const server = await withRemedy(NO_POSTGRES, () => startPostgres({ settings: SETTINGS }))
  try {
    const auditorConnectionString = await server.createDatabase(DATABASE)
    const connectionString = await createAdministrator(auditorConnectionString)
    const close = () => server.close()
    return { server, connectionString, auditorConnectionString, [Symbol.asyncDispose]: close }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** A Redis where this machine has one, or the one at `REDIS_URL`; nothing is installed for it. */
export async function findRedis(): Promise<RedisServer | undefined> {
  installNothing()
  return await startRedis({ allowExternal: true })
}

/** A demo leaves the machine as it was. */
function installNothing(): void {
  process.env.PLATAFORMA_TEST_APT = '0'
}

async function createAdministrator(superuser: string): Promise<string> {
  const url = new URL(superuser)
  url.username = ADMINISTRATOR
  url.password = randomBytes(12).toString('hex')
  const client = new pg.Client(superuser)
  await client.connect()
  try {
    await client.query(
      `create role ${ADMINISTRATOR} login nosuperuser createrole
       password ${pg.escapeLiteral(url.password)}`,
    )
    await client.query(`alter database ${DATABASE} owner to ${ADMINISTRATOR}`)
  } finally {
    await client.end()
  }
  return url.href
}
