import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createDatabase, type DatabaseOptions, type PluginHost } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { type MigrationsPluginOptions, migrations } from '../../src/index.js'

export const ONE = '0190a7c2-0000-7000-8000-00000000000a'
export const OTHER = '0190a7c2-0000-7000-8000-00000000000b'

export const GRADES = ['shared', 'dedicated'] as const
type Grade = (typeof GRADES)[number]

interface PlatformOptions {
  readonly grade?: Grade
  /** By path in the folder of migrations: a name without folder is of module `vendas`. */
  readonly files?: Readonly<Record<string, string>>
  readonly migrations?: MigrationsPluginOptions
  readonly database?: Partial<DatabaseOptions>
  /** One that exists already. */
  readonly target?: TestDatabase
}

/** A system with migrations in a folder of their own, until the test ends. */
export async function startPlatform(options: PlatformOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plataforma-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name.includes('/') ? name : `vendas/${name}`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
  }
  write(options.files ?? {})
  const target = options.target ?? (await testDatabase())
  const told: string[] = []
  const { grade: login = 'shared' } = options
  const database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    isolation: { login },
    ...options.database,
    plugins: [
      migrations({ directory: folder, types: false, ...options.migrations }),
      {
        name: 'listener' as const,
        setup: async (host: PluginHost) => {
          host.on('ensureTable', async ({ module, table }) => {
            told.push(`${module}.${table}`)
          })
          return host
        },
      },
    ],
  })
  onTestFinished(async () => {
    await database.close()
    if (options.target === undefined) await target.drop()
  })
  await database.initialize()
  return {
    database,
    target,
    /** Tables of which a plugin was told. */
    told,
    write,
    run: async (files: Readonly<Record<string, string>> = {}) => {
      write(files)
      return database.migrations.runAllMigrations()
    },
    /** What the superuser sees, whom no policy binds. */
    truth: <Row extends pg.QueryResultRow>(text: string) => asSuperuser<Row>(target, text),
    /** As a tenant, through the module. */
    as: <Row extends object>(tenantId: string, text: string, module = 'vendas') =>
      database.withContext({ tenantId }, async () => {
        return await database.module(module).query<Row>(text)
      }),
    /** As the owner of the module, who sees all rows. */
    asOwner: (text: string, module = 'vendas') =>
      database.asOwner(module, (trx) => sql.raw(text).execute(trx)),
  }
}

async function asSuperuser<Row extends pg.QueryResultRow>(
  { superuser }: TestDatabase,
  text: string,
): Promise<readonly Row[]> {
  const client = new pg.Client(superuser.connectionString)
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** Policies that came after the last row of the history, in a transaction of their own. */
export const LATE_POLICIES = `
  SELECT polrelid::regclass::text AS name, polname FROM pg_policy
  WHERE age(xmin) < (SELECT min(age(xmin)) FROM plataforma.migrations)`

/** Tables of `module_vendas` with the tenant column that are not under forced policies. */
export const UNPROTECTED = `
  SELECT c.relname AS name FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
  WHERE c.relnamespace = 'module_vendas'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity
      AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
  ORDER BY 1`
