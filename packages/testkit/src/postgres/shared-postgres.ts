import type { PostgresServer } from './postgres-server.js'
import { startPostgres } from './start-postgres.js'

/** What test files need to know of the one server of a test run. */
export type SharedPostgres = Pick<
  PostgresServer,
  'way' | 'version' | 'majorVersion' | 'host' | 'port' | 'user' | 'password' | 'connectionString'
>

const VARIABLE = 'PLATAFORMA_TESTKIT_POSTGRES'
let own: Promise<SharedPostgres> | undefined

/** Makes a server the one that test files and their child processes share. */
export function shareAs(server: PostgresServer): void {
  const { way, version, majorVersion, host, port, user, password, connectionString } = server
  const facts = { way, version, majorVersion, host, port, user, password, connectionString }
  process.env[VARIABLE] = JSON.stringify(facts)
}

/** The server of this test run; outside a test run one is started for this process. */
export async function sharedPostgres(): Promise<SharedPostgres> {
  const facts = process.env[VARIABLE]
  if (facts) return JSON.parse(facts)
  own ??= startPostgres({ allowExternal: true })
  return own
}
