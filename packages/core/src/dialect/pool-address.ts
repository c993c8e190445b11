import type { PostgresPool } from 'kysely'
import type { ClientConfig } from 'pg'

/** The address that a pool connects to, as its options tell it. */
export function poolAddress(pool: PostgresPool): string {
  const options = pool.options as ClientConfig
  if (options.connectionString !== undefined) return options.connectionString
  const url = new URL('postgresql://localhost')
  url.hostname = options.host ?? process.env.PGHOST ?? 'localhost'
  url.port = String(options.port ?? process.env.PGPORT ?? 5432)
  url.username = encodeURIComponent(options.user ?? process.env.PGUSER ?? '')
  url.pathname = `/${encodeURIComponent(options.database ?? process.env.PGDATABASE ?? '')}`
  const password = options.password ?? process.env.PGPASSWORD
  if (typeof password === 'string') url.password = encodeURIComponent(password)
  return url.href
}
