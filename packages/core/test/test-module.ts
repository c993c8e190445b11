import { AsyncLocalStorage } from 'node:async_hooks'
import { testDatabase } from '@plataforma/testkit'
import { CompiledQuery, Kysely, PostgresDialect, type QueryResult, sql } from 'kysely'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { toPlataformaError } from '../src/error/from-database-error.js'
import { ModuleDatabase } from '../src/module/module-database.js'
import type { ExecuteOptions, ModuleExecutor } from '../src/module/module-executor.js'
import type { ModuleHost, OpenTransaction } from '../src/module/module-host.js'
import type { Feature, Features } from '../src/plugin/feature.js'
import type { UnknownTables } from '../src/query/row-types.js'
import type { CatalogReader } from '../src/table/read-tables.js'
import { TableCatalog } from '../src/table/table-catalog.js'
import type { TableDefinition } from '../src/table/table-definition.js'
import type { OwnerTransaction, TableHost } from '../src/table/table-host.js'
import { typeParsers } from '../src/wire/value-parsers.js'

// biome-ignore lint/suspicious/noExplicitAny: tables of tests are made by tests
type AnyKysely = Kysely<any>

/** A module on plain Kysely and `pg`: the seams of core filled by hand, with a simple policy. */
export interface TestModule<Tables = UnknownTables> extends AsyncDisposable {
  readonly vendas: ModuleDatabase<Tables>
  readonly host: ModuleHost
  /** Superuser with the module's search_path. */
  readonly admin: AnyKysely
  /** Role that owns the tables. */
  readonly owner: string
  readonly features: Record<Feature, 'on' | 'off' | 'absent'>
  readonly ignored: [Feature, string][]
  /** Statements that the module's role sent, with their parameters. */
  readonly sent: CompiledQuery[]
  /** Another process on the same database: nothing of its memory is shared. */
  another(): ModuleDatabase<Tables>
  asTenant<T>(tenantId: string | undefined, run: () => T): T
}

const SCHEMA = 'module_vendas'

/** Starts a database with the module `vendas`. */
export async function testModule<Tables = UnknownTables>(): Promise<TestModule<Tables>> {
  const database = await testDatabase({ administrator: 'superuser' })
  const role = `${database.name}_vendas`
  const owner = `${database.name}_owner`
  const pool = new pg.Pool({
    connectionString: database.connectionString,
    max: 4,
    types: typeParsers(),
    options: `-c search_path=${SCHEMA},extensions,pg_catalog`,
  })
  pool.on('connect', (client) => client.on('error', () => undefined))
  const admin: AnyKysely = new Kysely({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
  await sql
    .raw(`
      create schema plataforma;
      create schema extensions;
      create role ${owner};
      create role ${role};
      create schema ${SCHEMA} authorization ${owner};
      grant usage on schema ${SCHEMA}, extensions, plataforma to ${role}, ${owner};
      alter default privileges for role ${owner} in schema ${SCHEMA}
        grant select, insert, update, delete on tables to ${role};
      create function plataforma.tenant_id() returns text stable language sql
        as $$ select nullif(current_setting('app.tenant', true), '') $$;`)
    .execute(admin)
  const tenants = new AsyncLocalStorage<string | undefined>()
  const features: Record<Feature, 'on' | 'off' | 'absent'> = {
    audit: 'absent',
    cache: 'absent',
    partition: 'absent',
  }
  const ignored: [Feature, string][] = []
  const sent: CompiledQuery[] = []
  const seams: Features = {
    state: (feature) => features[feature],
    ignored: (feature, subject) => ignored.push([feature, subject]),
  }
  const parts = { admin, pool, role, owner, tenants, features: seams, sent }
  const host = moduleHost(parts)
  return {
    vendas: new ModuleDatabase<Tables>(host),
    host,
    admin,
    owner,
    features,
    ignored,
    sent,
    another: () => new ModuleDatabase<Tables>(moduleHost(parts)),
    asTenant: (tenantId, run) => tenants.run(tenantId, run),
    async [Symbol.asyncDispose]() {
      await admin.destroy()
      await database.drop()
    },
  }
}

interface Parts {
  readonly admin: AnyKysely
  readonly pool: pg.Pool
  readonly role: string
  readonly owner: string
  readonly tenants: AsyncLocalStorage<string | undefined>
  readonly features: Features
  readonly sent: CompiledQuery[]
}

function moduleHost(parts: Parts): ModuleHost {
  const { admin, owner, features } = parts
  const catalog = new TableCatalog()
  const read: CatalogReader = async (text, parameters) =>
    (await admin.executeQuery<object>(CompiledQuery.raw(text, [...parameters]))).rows
  const tables: TableHost = {
    module: 'vendas',
    schema: SCHEMA,
    features,
    tenantColumn: undefined,
    asOwner: (run) =>
      admin.transaction().execute(async (trx) => {
        await sql`set local role ${sql.id(owner)}`.execute(trx)
        return run(trx)
      }),
    tableDefined: (definition) => definition,
    ensureTable: (definition, trx, { created }) => (created ? protect(definition, trx) : noWork()),
    stands: async () => false,
    tableStood: noWork,
    async tableChanged(name) {
      await catalog.table({ schema: SCHEMA, name }, read, { refresh: true }).catch(() => undefined)
    },
    readCatalog: read,
    findTable: (name) =>
      catalog.table({ schema: SCHEMA, name }, read, { refresh: true }).catch(() => undefined),
  }
  const executor = testExecutor(parts, { catalog, read, db: admin })
  return {
    executor,
    tables,
    cache: undefined,
    transaction: (run) => inTransaction(parts, { catalog, read, db: admin }, run),
  }
}

async function noWork(): Promise<void> {}

async function protect(
  { schema, name, tenantColumn, columns }: TableDefinition,
  trx: OwnerTransaction,
): Promise<void> {
  if (tenantColumn === undefined) return
  const table = sql.id(schema, name)
  const type = sql.raw(columns.find((column) => column.name === tenantColumn)?.type.text ?? '')
  await sql`alter table ${table} enable row level security, force row level security`.execute(trx)
  await sql`create policy everyone on ${table} using (true)`.execute(trx)
  await sql`create policy tenant on ${table} as restrictive
    using ((select plataforma.tenant_id()) is null
      or ${sql.id(tenantColumn)} = (select plataforma.tenant_id()::${type}))`.execute(trx)
}

interface Memory {
  readonly catalog: TableCatalog
  readonly read: CatalogReader
  readonly db: AnyKysely
}

function testExecutor(parts: Parts, { catalog, read, db }: Memory): ModuleExecutor {
  const { role, tenants, features, sent } = parts
  const scoped = async (trx: AnyKysely): Promise<void> => {
    await sql`select set_config('role', ${role}, true),
      set_config('app.tenant', ${tenants.getStore() ?? ''}, true)`.execute(trx)
  }
  const asRole = <R>(run: (trx: AnyKysely) => Promise<R>): Promise<R> =>
    db.isTransaction
      ? scoped(db).then(() => run(db))
      : db.transaction().execute(async (trx) => {
          await scoped(trx)
          return run(trx)
        })
  return {
    module: 'vendas',
    schema: SCHEMA,
    db,
    features,
    tenantId: () => tenants.getStore(),
    async execute<R>(query: CompiledQuery<R>, options: ExecuteOptions = {}) {
      options.signal?.throwIfAborted()
      sent.push(query)
      try {
        return await asRole<QueryResult<R>>((trx) => trx.executeQuery(query))
      } catch (error) {
        throw toPlataformaError(error, { module: 'vendas', table: options.table })
      }
    },
    stream<R>(query: CompiledQuery<R>, options: { readonly chunkSize?: number } = {}) {
      const tenant = tenants.getStore()
      return tenants.run(tenant, () => streamed<R>(parts.pool, { query, role, tenant, ...options }))
    },
    table: (name, options) => catalog.table({ schema: SCHEMA, name }, read, options),
    knownTable: (name) => catalog.known({ schema: SCHEMA, name }),
    forgetTables: () => catalog.forget(SCHEMA),
  }
}

async function* streamed<R>(
  pool: pg.Pool,
  {
    query,
    role,
    tenant,
    chunkSize = 100,
  }: {
    readonly query: CompiledQuery<R>
    readonly role: string
    readonly tenant: string | undefined
    readonly chunkSize?: number
  },
): AsyncGenerator<R> {
  const client = await pool.connect()
  const cursor = new Cursor<R & object>(query.sql, [...query.parameters])
  try {
    await client.query('begin')
    await client.query("select set_config('role', $1, true), set_config('app.tenant', $2, true)", [
      role,
      tenant ?? '',
    ])
    client.query(cursor)
    for (;;) {
      const rows = await cursor.read(chunkSize)
      if (rows.length === 0) break
      yield* rows
    }
  } catch (error) {
    throw toPlataformaError(error, { module: 'vendas' })
  } finally {
    await cursor.close()
    await client.query('rollback')
    client.release()
  }
}

async function inTransaction<T>(
  parts: Parts,
  memory: Memory,
  run: (transaction: OpenTransaction) => Promise<T>,
): Promise<T> {
  const committed: (() => unknown)[] = []
  const rolledBack: (() => unknown)[] = []
  try {
    const result = await memory.db.transaction().execute((trx) =>
      run({
        executor: testExecutor(parts, { ...memory, db: trx }),
        afterCommit: (callback) => committed.push(callback),
        afterRollback: (callback) => rolledBack.push(callback),
      }),
    )
    for (const callback of committed) await callback()
    return result
  } catch (error) {
    for (const callback of rolledBack) await callback()
    throw error
  }
}
