/** The parts of a PostgreSQL connection string. */
export interface ConnectionParts {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** `postgresql://user:password@host:port/database`, every part escaped. */
export function connectionString(parts: ConnectionParts): string {
  const { host, port, user, password, database } = parts
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return `postgresql://${login}@${host}:${port}/${encodeURIComponent(database)}`
}
