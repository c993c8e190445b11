import { escapeIdentifier } from 'pg'
import { connectionString } from './connection-string.js'
import type { PostgresServer } from './postgres-server.js'
import { withClient } from './with-client.js'

/** A server that somebody else runs: used as it is, never stopped or restarted. */
export async function useExternalPostgres(url: string): Promise<PostgresServer> {
  const { hostname, port, username, password } = new URL(url)
  const login = {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  }
  const version = await withClient(url, async (client) => {
    const result = await client.query<{ server_version: string }>('show server_version')
    return result.rows[0]?.server_version.split(' ')[0] ?? ''
  })
  const refuse = async (): Promise<never> => {
    throw new Error('The server of DATABASE_URL is not ours to stop, restart or pause.')
  }
  const close = async (): Promise<void> => {}
  return {
    ...login,
    way: 'external (DATABASE_URL)',
    version,
    majorVersion: Number.parseInt(version, 10),
    connectionString: url,
    async createDatabase(name) {
      await withClient(url, (client) =>
        client.query(`create database ${escapeIdentifier(name)} template template0`),
      )
      return connectionString({ ...login, database: name })
    },
    start: close,
    stop: refuse,
    restart: refuse,
    pause: refuse,
    resume: refuse,
    close,
    [Symbol.asyncDispose]: close,
  }
}
