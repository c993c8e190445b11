import type { ModuleDatabase } from '@plataforma/core'
import type { PostgresServer } from '@plataforma/testkit'
import type { Generated } from 'kysely'
import { createPlatform, type Platform } from './platform.js'

/** A row of `clientes`. */
export interface Cliente {
  id: string
  organization_id: Generated<string>
  nome: string
  email: string
  uf: string
  ativo: boolean
  pontos: number
  created_at: Generated<Date>
}

export interface Vendas {
  clientes: Cliente
}

const TENANTS = 50
const ROWS_OF_TENANT = 2_000

/** A platform with module `vendas`, and tables with the same rows for peers. */
export interface ClientsTable extends AsyncDisposable {
  readonly platform: Platform
  readonly vendas: ModuleDatabase<Vendas>
  readonly tenantId: string
  /** In schema `public`, same rows and key, no row-level security. */
  readonly plainTable: 'plain_clientes'
  /** Likewise, with a policy as it is usually written by hand, on `app.tenant_id`. */
  readonly handmadeTable: 'handmade_clientes'
  /** The login that the handmade policy holds for. */
  readonly handmadeConnectionString: string
}

export async function createClientsTable(
  server: PostgresServer,
  name: string,
): Promise<ClientsTable> {
  const platform = await createPlatform(server, name)
  const { database } = platform
  const vendas = (await database.createModule('vendas')) as unknown as ModuleDatabase<Vendas>
  await vendas.createTable('clientes', [
    { name: 'id', type: 'BIGINT', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'nome', type: 'TEXT', nullable: false },
    { name: 'email', type: 'TEXT', nullable: false },
    { name: 'uf', type: 'TEXT', nullable: false },
    { name: 'ativo', type: 'BOOLEAN', nullable: false },
    { name: 'pontos', type: 'INTEGER', nullable: false },
    { name: 'created_at', type: 'TIMESTAMPTZ', nullable: false, default: '2026-01-01T00:00:00Z' },
  ])
  for (let tenant = 0; tenant < TENANTS; tenant++) {
    await database.withContext({ tenantId: tenantId(tenant) }, () =>
      vendas.insert('clientes', rowsOf(tenant), { returning: false }),
    )
  }
  const login = `${name}_handmade`
  await database.admin.script(`
    create table public.plain_clientes as select * from module_vendas.clientes;
    alter table public.plain_clientes add primary key (organization_id, id);
    create table public.handmade_clientes as select * from module_vendas.clientes;
    alter table public.handmade_clientes add primary key (organization_id, id);
    alter table public.handmade_clientes enable row level security;
    create policy tenant on public.handmade_clientes using
      (organization_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
    create role ${login} login password 'handmade';
    grant select on public.handmade_clientes to ${login};
    grant usage on schema public to ${login};
  `)
  await database.admin.script('vacuum analyze')
  const handmade = new URL(platform.connectionString)
  handmade.username = login
  handmade.password = 'handmade'
  return {
    platform,
    vendas,
    tenantId: tenantId(7),
    plainTable: 'plain_clientes',
    handmadeTable: 'handmade_clientes',
    handmadeConnectionString: handmade.href,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  }
}

/** A key of the tenant, another at each call. */
export function keyOf(call: number): string {
  return String(((call * 7919) % ROWS_OF_TENANT) + 1)
}

function tenantId(tenant: number): string {
  return `0190a7c2-0000-7000-8000-${tenant.toString(16).padStart(12, '0')}`
}

const STATES = ['SP', 'RJ', 'MG', 'BA', 'RS', 'PE', 'CE', 'PR']

function rowsOf(tenant: number) {
  return Array.from({ length: ROWS_OF_TENANT }, (_, index) => ({
    id: String(index + 1),
    nome: `Cliente ${tenant} ${index}`,
    email: `cliente.${tenant}.${index}@example.com.br`,
    uf: STATES[index % STATES.length] ?? 'SP',
    ativo: index % 3 !== 0,
    pontos: (index * 37) % 1_000,
  }))
}
