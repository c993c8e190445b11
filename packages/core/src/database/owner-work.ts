import { type Kysely, sql } from 'kysely'
import { signContext } from '../context/context-token.js'
import { moduleSchema } from '../identity/module-name.js'
import type { Isolation } from '../isolation/isolation.js'
import type { TableDefinition } from '../table/table-definition.js'
import type { OwnerTransaction } from '../table/table-host.js'

/** One transaction as a module's owner, under a signed context of kind owner. */
export async function asOwner<T>(
  { db, names, secret }: Isolation,
  module: string,
  run: (trx: OwnerTransaction) => Promise<T>,
): Promise<T> {
  return await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number; now: number }>`
      select pg_backend_pid() as pid, extract(epoch from clock_timestamp())::float8 * 1000 as now
    `.execute(trx)
    const token = signContext({
      key: secret.contextKey(names),
      keyId: secret.keyId,
      kind: 'owner',
      context: {},
      backendPid: rows[0]?.pid ?? 0,
      expiresAtMs: Number(rows[0]?.now) + 600_000,
    })
    await sql`
      select set_config('role', ${names.owner(module)}, true),
        set_config('search_path', ${`${moduleSchema(module)}, extensions, pg_temp`}, true),
        set_config('plataforma.context', ${token}, true)
    `.execute(trx)
    return await run(trx)
  })
}

/** Policies of a table that `createTable` made. */
export async function protectDefined(
  { names }: Isolation,
  definition: TableDefinition,
  trx: OwnerTransaction,
): Promise<void> {
  if (definition.tenantColumn === undefined) return
  const owner = sql.id(names.owner(definition.module))
  const table = sql.id(definition.schema, definition.name)
  const column = sql.id(definition.tenantColumn)
  const written = definition.columns.find(({ name }) => name === definition.tenantColumn)
  const type = sql.raw(written?.writtenType ?? 'text')
  const own = sql`${column} = (select plataforma.tenant_id()::${type})`
  const statements = [
    sql`alter table ${table} enable row level security`,
    sql`alter table ${table} force row level security`,
    sql`alter table ${table} alter column ${column} set default plataforma.tenant_default()::${type}`,
    sql`create policy plataforma_members on ${table}
      to ${sql.id(names.tenants)}, ${owner}, ${sql.id(names.system)} using (true) with check (true)`,
    sql`create policy plataforma_tenant on ${table} as restrictive
      to ${sql.id(names.tenants)} using (${own}) with check (${own})`,
    sql`create policy plataforma_owner on ${table} as restrictive
      to ${owner} using ((select plataforma.owner_mode()) or ${own})`,
  ]
  for (const statement of statements) await statement.execute(trx)
}

export async function listModules(
  db: Kysely<unknown>,
): Promise<{ name: string; schema: string }[]> {
  const { rows } = await sql<{ name: string }>`
    select name from plataforma.modules order by name`.execute(db)
  return rows.map(({ name }) => ({ name, schema: moduleSchema(name) }))
}
