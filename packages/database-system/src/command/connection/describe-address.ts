import pg from 'pg'

/** Where a connection string leads, without its password. */
export function describeAddress(connectionString: string | undefined): string {
  const { host, port } = new pg.Client({ connectionString })
  return host.startsWith('/') ? host : `${host}:${port}`
}
