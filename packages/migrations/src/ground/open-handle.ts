import { serverAddress, toPlataformaError } from '@plataforma/core'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

/** A handle with connections of its own. */
export interface OwnHandle {
  readonly db: Kysely<unknown>
  /** Whether a pooler gives each transaction another session. */
  readonly isPooled: boolean
  readonly close: () => Promise<void>
}

const DEFAULT_PARALLEL = 4
/** The lock's session, and one for what is asked between the migrations. */
const BESIDE_WORKERS = 2

/**
 * Connects to a server, with a session for each module that migrates at the same time.
 *
 * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`
 */
export async function openHandle(
  connectionString: string,
  { parallel = DEFAULT_PARALLEL }: { readonly parallel?: number | undefined } = {},
): Promise<OwnHandle> {
  const told = new Set<number>()
  let isPooled = false
  const pool = new pg.Pool({
    application_name: 'plataforma migrations',
    ...serverAddress({ connectionString }),
    max: parallel + BESIDE_WORKERS,
    connectionTimeoutMillis: 30_000,
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Kysely’s `onCreateConnection` would keep a client for ever whose connection breaks in it.
    verify: (client: pg.PoolClient, done: (error?: Error) => void) => {
      prepare(client, told).then((isOurs) => {
        isPooled ||= !isOurs
        done()
      }, done)
    },
  } as pg.PoolConfig)
  // A connection that breaks while nobody asks it anything would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    told.add((client as pg.PoolClient & { readonly processID: number }).processID)
  })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await db.connection().execute(async () => {})
  } catch (error) {
    await db.destroy()
    throw toPlataformaError(error)
  }
  return {
    db,
    get isPooled() {
      return isPooled
    },
    close: () => db.destroy(),
  }
}

/**
 * Asks which backend answers: another than the client was told of at connect is a pooler's, and the
 * answer is false. One that is ours is not ended for the time that it waits with the lock.
 */
async function prepare(client: pg.PoolClient, told: ReadonlySet<number>): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pg_backend_pid() AS pid, CASE WHEN pg_backend_pid() = ANY ($1::int[]) THEN
       set_config('idle_session_timeout', '0', false)
       || set_config('idle_in_transaction_session_timeout', '0', false) END`,
    [[...told]],
  )
  return told.has(rows[0]?.pid ?? -1)
}
