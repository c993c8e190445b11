import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { escapeIdentifier } from 'pg'
import { startContainer } from '../container/start-container.js'
import { connectionString } from './connection-string.js'
import { DEFAULT_SETTINGS } from './default-settings.js'
import type { PostgresOptions, PostgresServer } from './postgres-server.js'
import { STOP_SIGNALS } from './stop-signals.js'
import { withClient } from './with-client.js'

const PORT = 5432
const READY_TIMEOUT_MS = 60_000

/** Runs PostgreSQL in a container: `PLATAFORMA_TEST_POSTGRES_IMAGE`, else `postgres:<version>`. */
export async function startContainerPostgres(
  version: number,
  options: PostgresOptions,
): Promise<PostgresServer> {
  const image = process.env.PLATAFORMA_TEST_POSTGRES_IMAGE ?? `postgres:${version}`
  const login = { user: 'postgres', password: randomBytes(12).toString('hex') }
  const settings = Object.entries({ ...DEFAULT_SETTINGS, ...options.settings })
  const container = await startContainer({
    image,
    port: PORT,
    command: ['postgres', ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    environment: {
      POSTGRES_PASSWORD: login.password,
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C.UTF-8 --auth-host=scram-sha-256',
    },
  })
  const { host, port, pause, resume } = container
  const url = (database: string) => connectionString({ ...login, host, port, database })
  const serverVersion = await untilReady(url('postgres'))
  const start = async (): Promise<void> => {
    await container.start()
    await untilReady(url('postgres'))
  }
  const stop: PostgresServer['stop'] = ({ mode = 'fast' } = {}) =>
    container.stop(STOP_SIGNALS[mode])
  return {
    ...login,
    way: `container (${image})`,
    version: serverVersion,
    majorVersion: Number.parseInt(serverVersion, 10),
    host,
    port,
    connectionString: url('postgres'),
    async createDatabase(name) {
      await withClient(url('postgres'), (client) =>
        client.query(`create database ${escapeIdentifier(name)} template template0`),
      )
      return url(name)
    },
    stop,
    start,
    async restart(how) {
      await stop(how)
      await start()
    },
    pause,
    resume,
    close: container.remove,
    [Symbol.asyncDispose]: container.remove,
  }
}

/** The image's first start runs a server for its own set-up, ended before the real one starts. */
async function untilReady(url: string): Promise<string> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    try {
      const result = await withClient(url, (client) =>
        client.query<{ server_version: string }>('show server_version'),
      )
      return result.rows[0]?.server_version.split(' ')[0] ?? ''
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(50)
    }
  }
}
