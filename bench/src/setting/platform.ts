import { createDatabase, type Database, type DatabasePlugin } from '@plataforma/core'
import type { PostgresServer } from '@plataforma/testkit'

const SECRET = 'known to everybody: for benchmarks only'

/** A database of its own on the server, and the product on it. */
export interface Platform extends AsyncDisposable {
  readonly connectionString: string
  readonly database: Database
  /** Another instance on the same database, over another way or with plugins. */
  open(options?: {
    readonly connectionString?: string
    readonly plugins?: readonly DatabasePlugin[]
  }): Promise<Database>
}

export async function createPlatform(server: PostgresServer, name: string): Promise<Platform> {
  const connectionString = await server.createDatabase(`bench_${name}`)
  const opened: Database[] = []
  const open: Platform['open'] = async (options = {}) => {
    const database = createDatabase({ connectionString, secret: SECRET, ...options })
    opened.push(database)
    await database.initialize()
    return database
  }
  return {
    connectionString,
    database: await open(),
    open,
    [Symbol.asyncDispose]: async () => {
      for (const database of opened) await database.close()
    },
  }
}
