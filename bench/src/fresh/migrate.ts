// Runs in a process of its own, by Node alone: `migrate.ts TOOL CONNECTION_STRING DIRECTORY`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MigrationProvider } from 'kysely/migration'

/** What migrates a database, and how. */
interface Tool {
  /** Opens a connection, so that it does not count. */
  connect(): Promise<void>
  /** Runs what is pending: how many migrations. */
  migrate(): Promise<number>
  close(): Promise<void>
}

type Open = (connectionString: string, directory: string) => Promise<Tool>

const TOOLS: Readonly<Record<string, Open>> = {
  async plataforma(connectionString, directory) {
    const { MigrationSystem } = await import('@plataforma/migrations')
    const db = await openKysely(connectionString)
    const { sql } = await import('kysely')
    const system = new MigrationSystem({ db, directory, types: false })
    return {
      connect: async () => void (await sql`select 1`.execute(db)),
      migrate: async () => (await system.runAllMigrations()).applied.length,
      close: async () => {
        await system.close()
        await db.destroy()
      },
    }
  },

  kysely: (connectionString, directory) => openMigrator(connectionString, directory, false),
  'kysely without transactions': (connectionString, directory) =>
    openMigrator(connectionString, directory, true),

  async 'node-pg-migrate'(connectionString, directory) {
    const { runner } = await import('node-pg-migrate')
    const client = await openClient(connectionString)
    return {
      connect: async () => void (await client.query('select 1')),
      migrate: async () => {
        const done = await runner({
          dbClient: client,
          dir: join(directory, '**', '*.sql'),
          useGlob: true,
          direction: 'up',
          migrationsTable: 'pgmigrations',
          count: Number.POSITIVE_INFINITY,
          log: () => {},
        })
        return done.length
      },
      close: () => client.end(),
    }
  },

  async umzug(connectionString, directory) {
    const { Umzug } = await import('umzug')
    const client = await openClient(connectionString)
    const umzug = new Umzug({
      migrations: filesOf(directory).map(({ name, file }) => ({
        name,
        up: async () => void (await client.query(readFileSync(file, 'utf8'))),
      })),
      storage: {
        async executed() {
          await client.query('create table if not exists umzug (name text primary key)')
          const { rows } = await client.query('select name from umzug order by name')
          return rows.map(({ name }) => name)
        },
        logMigration: async ({ name }) =>
          void (await client.query('insert into umzug values ($1)', [name])),
        unlogMigration: async ({ name }) =>
          void (await client.query('delete from umzug where name = $1', [name])),
      },
      context: undefined,
      logger: undefined,
    })
    return {
      connect: async () => void (await client.query('select 1')),
      migrate: async () => (await umzug.up()).length,
      close: () => client.end(),
    }
  },
}

async function openMigrator(
  connectionString: string,
  directory: string,
  disableTransactions: boolean,
): Promise<Tool> {
  const [{ Migrator }, { sql }] = await Promise.all([import('kysely/migration'), import('kysely')])
  const db = await openKysely(connectionString)
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(
        filesOf(directory).map(({ name, file }) => {
          const text = readFileSync(file, 'utf8')
          return [name, { up: async (db) => void (await sql.raw(text).execute(db)) }]
        }),
      ),
  }
  const migrator = new Migrator({ db, provider })
  return {
    connect: async () => void (await sql`select 1`.execute(db)),
    migrate: async () => {
      const { results = [], error } = await migrator.migrateToLatest({ disableTransactions })
      if (error !== undefined) throw error
      return results.length
    },
    close: () => db.destroy(),
  }
}

async function openKysely(connectionString: string) {
  const [{ Kysely, PostgresDialect }, { default: pg }] = await Promise.all([
    import('kysely'),
    import('pg'),
  ])
  return new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }),
  })
}

async function openClient(connectionString: string) {
  const { default: pg } = await import('pg')
  const client = new pg.Client(connectionString)
  await client.connect()
  return client
}

function filesOf(directory: string): { readonly name: string; readonly file: string }[] {
  return readdirSync(directory).flatMap((module) =>
    readdirSync(join(directory, module)).map((file) => ({
      name: `${module}_${file}`,
      file: join(directory, module, file),
    })),
  )
}

const [name = '', connectionString = '', directory = ''] = process.argv.slice(2)
const open = TOOLS[name]
if (open === undefined) throw new Error(`There is no tool "${name}".`)
const tool = await open(connectionString, directory)
await tool.connect()
const startedAt = performance.now()
const cpuBefore = process.cpuUsage()
const applied = await tool.migrate()
const milliseconds = performance.now() - startedAt
const { user, system } = process.cpuUsage(cpuBefore)
await tool.close()
console.log(JSON.stringify({ milliseconds, cpuMs: (user + system) / 1_000, applied }))
