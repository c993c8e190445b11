import { Socket } from 'node:net'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import type { DatabasePlugin } from '../plugin/plugin.js'
import type { ColumnDefinition } from '../table/column-definition.js'
import type { OwnerTransaction } from '../table/table-host.js'
import type { TableOptions } from '../table/table-options.js'
import { createDatabase } from './create-database.js'
import type { Database } from './database.js'

const A = '0190a7c2-0000-7000-8000-00000000000a'
const id: ColumnDefinition = { name: 'id', type: 'UUID', primaryKey: true }
const tenant: ColumnDefinition = { name: 'organization_id', type: 'UUID' }

let target: TestDatabase
let database: Database

beforeAll(async () => {
  // What is broken here by hand, and then read, is nobody's but a superuser's to touch.
  target = await testDatabase({ administrator: 'superuser' })
  database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
  })
  await database.initialize()
})

afterAll(async () => {
  await database.close()
  await target.drop()
})

/** Everything that isolation adds to a table, its name aside. */
async function additions(module: string, table: string): Promise<unknown> {
  const { rows } = await sql<Record<string, unknown>>`
    select c.relkind, pg_get_userbyid(c.relowner) as owner, array(select acl::text from unnest(c.relacl) as acl order by 1) as acl,
      c.relrowsecurity,
      c.relforcerowsecurity,
      array(select row(p.polname, p.polpermissive, p.polcmd, array(select pg_get_userbyid(role) from unnest(p.polroles) as role order by 1),
          pg_get_expr(p.polqual, c.oid), p.polwithcheck)::text
        from pg_policy p where p.polrelid = c.oid order by p.polname) as policies,
      array(select row(a.attname, a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid))::text
        from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        where a.attrelid = c.oid and a.attnum > 0 order by a.attnum) as columns,
      array(select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid
        order by 1) as indexes,
      (select row(t.rls, t.tenant_column)::text from plataforma.tables t
        where (t.module, t.name) = (${module}, ${table})) as registered
    from pg_class c
    where c.oid = ${`module_${module}.${table}`}::regclass`.execute(database.admin.db)
  return JSON.parse(JSON.stringify(rows[0]).replaceAll(`module_${module}`, 'module'))
}

/** What is left is the table as CREATE TABLE made it. */
async function takeAway(trx: OwnerTransaction, name: string): Promise<void> {
  const table = sql.id('module_found', name)
  const { names } = database.isolation.isolation
  await sql`alter table ${table} disable row level security, no force row level security`.execute(
    trx,
  )
  for (const policy of ['access', 'tenant', 'owner']) {
    await sql`drop policy if exists ${sql.id(`plataforma_${policy}`)} on ${table}`.execute(trx)
  }
  const users = [names.runtime('found'), names.system].map((user) => sql.id(user))
  await sql`revoke all on ${table} from ${sql.join(users)}`.execute(trx)
  const { rows } = await sql<{ text: string }>`
    select 'drop index ' || i.indexrelid::regclass as text from pg_index i
    where i.indrelid = ${`module_found.${name}`}::regclass and i.indpred is null
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    union all
    select format('alter table %s alter %I drop default', d.adrelid::regclass, a.attname)
    from pg_attrdef d join pg_attribute a on (a.attrelid, a.attnum) = (d.adrelid, d.adnum)
    where d.adrelid = ${`module_found.${name}`}::regclass
      and pg_get_expr(d.adbin, d.adrelid) like '%tenant_default%'`.execute(trx)
  for (const { text } of rows) await sql.raw(text).execute(trx)
}

const tables: Record<string, [readonly ColumnDefinition[], TableOptions?]> = {
  uuid: [[id, tenant, { name: 'nome', type: 'TEXT', unique: true }]],
  text: [[id, { ...tenant, type: 'TEXT', default: 'nobody' }]],
  varchar: [
    [
      { ...id, primaryKey: 'global' },
      { ...tenant, type: 'VARCHAR(40)' },
    ],
  ],
  bigint: [
    [
      { name: 'nome', type: 'TEXT' },
      { ...tenant, type: 'BIGINT' },
    ],
  ],
  partial: [
    [tenant],
    { indexes: [{ columns: ['organization_id'], where: 'organization_id is not null' }] },
  ],
  identity: [[{ name: 'n', type: 'SERIAL', primaryKey: 'global' }, tenant]],
  other_column: [[id, { name: 'Loja', type: 'UUID' }], { tenantColumn: 'Loja' }],
  open: [[id, tenant], { enableRLS: false }],
  without: [[id]],
}

describe.each(Object.entries(tables))(
  'a table that was just made: %s',
  (name, [columns, options]) => {
    it('is protected as one that was there and inspected', async () => {
      const created = await database.createModule('created')
      const found = await database.createModule('found')
      await created.createTable(name, columns, options)
      const { isolation } = database
      await found.createTable(name, columns, options)
      await isolation.asOwner('found', (trx) => takeAway(trx, name), { secure: false })
      await sql`delete from plataforma.tables where module = 'found'`.execute(database.admin.db)
      const tenantColumn = options?.tenantColumn ?? 'organization_id'
      const protects = options?.enableRLS !== false && name !== 'without'
      await database.admin.db.transaction().execute(async (trx) => {
        const wanted = { module: 'found', table: name }
        await isolation.ensureTable(protects ? { ...wanted, tenantColumn } : wanted, trx)
      })
      const expected = JSON.stringify(await additions('found', name)).replaceAll(
        '_found',
        '_created',
      )
      expect(await additions('created', name)).toEqual(JSON.parse(expected))
    })
  },
)

test('a new table is granted where the default privileges were taken away', async () => {
  const lojas = await database.createModule('lojas')
  const { names } = database.isolation.isolation
  await sql`alter default privileges for role ${sql.id(names.owner('lojas'))} in schema module_lojas
    revoke all on tables from ${sql.id(names.runtime('lojas'))}`.execute(database.admin.db)
  await lojas.createTable('itens', [id, tenant])
  await database.withContext({ tenantId: A }, async () => {
    await lojas.insert('itens', [{}])
    expect(await lojas.count('itens')).toBe(1)
  })
})

test('a new column that draws from a sequence of its own becomes an identity', async () => {
  const serie = await database.createModule('serie')
  await database.asOwner('serie', (trx) => sql`create sequence numeros start 7`.execute(trx))
  const numero = {
    name: 'numero',
    type: 'BIGINT',
    default: { expression: `nextval('module_serie.numeros')` },
  } as const
  await serie.createTable('itens', [id, tenant, numero])
  await database.withContext({ tenantId: A }, async () => {
    expect(await serie.insert('itens', [{}])).toMatchObject([{ numero: '7' }])
  })
})

test('an expression may hold a semicolon', async () => {
  const textos = await database.createModule('textos')
  const nome: ColumnDefinition = { name: 'nome', type: 'TEXT', default: ';', check: `nome <> ';;'` }
  await textos.createTable('itens', [id, tenant, nome], { indexes: [['nome']] })
  await textos.createTable('itens', [id, tenant, nome], { indexes: [['nome']] })
  await database.withContext({ tenantId: A }, async () => {
    expect(await textos.insert('itens', [{}])).toMatchObject([{ nome: ';' }])
  })
})

/** How often something was sent. */
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const write = vi.spyOn(Socket.prototype, 'write')
  await work()
  const { length } = write.mock.calls
  write.mockRestore()
  return length
}

test('a new table costs ten round trips at most, and two where it stands', async () => {
  const modulo = await database.createModule('modulo')
  await modulo.createTable('primeira', [id, tenant])
  const pai: ColumnDefinition = { name: 'pai', type: 'UUID', references: 'primeira' }
  const nome: ColumnDefinition = { name: 'nome', type: 'TEXT', check: `nome in ('a', 'b')` }
  const create = () =>
    modulo.createTable('segunda', [id, tenant, pai, nome], { indexes: [['pai']] })
  expect(await roundTrips(create)).toBeLessThanOrEqual(10)
  expect(await roundTrips(create)).toBe(2)
})

test('many processes make the same tables at once, and leave them standing', async () => {
  const others = Array.from({ length: 6 }, () =>
    createDatabase({
      connectionString: target.connectionString,
      secret: 'a secret for tests only',
    }),
  )
  const createAll = async (one: Database) => {
    await one.initialize()
    const corrida = await one.createModule('corrida')
    for (const name of ['a', 'b', 'c']) {
      await corrida.createTable(name, [id, tenant, { name: 'nome', type: 'TEXT', unique: true }])
    }
    return corrida
  }
  try {
    const [corrida] = await Promise.all(others.map(createAll))
    await database.createModule('corrida')
    expect(await additions('corrida', 'c')).toMatchObject({ registered: '(t,organization_id)' })
    await others[0]?.withContext({ tenantId: A }, () => corrida?.insert('c', [{ nome: 'x' }]))
    const again = await roundTrips(() => createAll(database))
    // Three for the module, two for each table, once the server's version and the whole schema.
    expect(again).toBeLessThanOrEqual(3 + 3 * 2 + 2)
  } finally {
    for (const one of others) await one.close()
  }
})

describe('a table that was made before', () => {
  const columns: readonly ColumnDefinition[] = [
    id,
    tenant,
    { name: 'valor', type: 'NUMERIC(12,2)', check: 'valor >= 0', default: 1 },
  ]
  const options = { indexes: [['valor']] }
  const create = async (name: string) => {
    const antiga = await database.createModule('antiga')
    await antiga.createTable(name, columns, options)
    return antiga
  }
  const run = (text: string) => sql.raw(text).execute(database.admin.db)
  const rowOf = async (name: string) =>
    (
      await sql`select xmin, ctid, * from plataforma.tables where name = ${name}`.execute(
        database.admin.db,
      )
    ).rows

  it('is left alone, and handed over to Kysely by another process', async () => {
    await create('intacta')
    const before = await rowOf('intacta')
    await using other = createDatabase({
      connectionString: target.connectionString,
      secret: 'a secret for tests only',
    })
    await other.initialize()
    const antiga = await other.createModule('antiga')
    await antiga.createTable('intacta', columns, options)
    expect(await rowOf('intacta')).toEqual(before)
    await other.withContext({ tenantId: A }, async () => {
      await antiga.insert('intacta', [{}])
      expect(await antiga.db.selectFrom('intacta').select('valor').execute()).toEqual([
        { valor: '1.00' },
      ])
    })
  })

  const damages: Record<string, string> = {
    'without a policy': 'drop policy plataforma_tenant on module_antiga.{}',
    'with a weaker policy': 'alter policy plataforma_tenant on module_antiga.{} using (true)',
    'without force': 'alter table module_antiga.{} no force row level security',
    'without its default': 'alter table module_antiga.{} alter organization_id drop default',
    'of another owner': 'alter table module_antiga.{} owner to current_user',
    'unprotected in the registry': `update plataforma.tables set rls = false where name = '{}'`,
    'unknown to the registry': `delete from plataforma.tables where name = '{}'`,
  }
  it.each(Object.entries(damages))('is healed: %s', async (what, damage) => {
    const name = what.replaceAll(' ', '_')
    await create(name)
    const whole = await additions('antiga', name)
    await run(damage.replaceAll('{}', name))
    expect(await additions('antiga', name)).not.toEqual(whole)
    await create(name)
    expect(await additions('antiga', name)).toEqual(whole)
  })

  it('gets back what was revoked', async () => {
    await create('revogada')
    const { names } = database.isolation.isolation
    await run(`revoke insert on module_antiga.revogada from "${names.runtime('antiga')}"`)
    const antiga = await create('revogada')
    await database.withContext({ tenantId: A }, () => antiga.insert('revogada', [{}]))
  })

  const changes: Record<string, string> = {
    'a column more': 'add extra text',
    'a column less': 'drop valor',
    'another type': 'alter valor type numeric(10,2)',
    'another default': 'alter valor set default 2',
    'another check':
      'drop constraint {}_valor_check, add constraint {}_valor_check check (valor > 0)',
    'no policies': 'disable row level security',
    'no key': 'drop constraint {}_pkey',
    'another nullability': 'alter valor set not null',
  }
  it.each(Object.entries(changes))('differs with %s', async (what, change) => {
    const name = `com_${what.replaceAll(' ', '_')}`
    await create(name)
    await run(`alter table module_antiga.${name} ${change.replaceAll('{}', name)}`)
    await expect(create(name)).rejects.toMatchObject({ code: 'PLT_TABLE_DIFFERS' })
  })

  it('differs where its definition has changed, and stands where it has changed back', async () => {
    const antiga = await create('mudada')
    const differing = antiga.createTable(
      'mudada',
      [...columns, { name: 'x', type: 'TEXT' }],
      options,
    )
    await expect(differing).rejects.toMatchObject({ code: 'PLT_TABLE_DIFFERS' })
    expect(await roundTrips(() => antiga.createTable('mudada', columns, options))).toBe(2)
  })

  it('stands after it was changed to what the definition says now', async () => {
    const antiga = await create('migrada')
    const more = [...columns, { name: 'x', type: 'TEXT' }]
    await database.asOwner('antiga', (trx) => sql`alter table migrada add x text`.execute(trx))
    await antiga.createTable('migrada', more, options)
    expect(await roundTrips(() => antiga.createTable('migrada', more, options))).toBe(2)
  })

  it('is made again after it was dropped', async () => {
    const antiga = await create('refeita')
    await antiga.dropTable('refeita')
    await create('refeita')
    await database.withContext({ tenantId: A }, () => antiga.insert('refeita', [{}]))
    expect(await roundTrips(() => create('refeita'))).toBeLessThanOrEqual(5)
  })

  it('tells plugins of it each time', async () => {
    const told: string[] = []
    const plugin: DatabasePlugin<'listener', undefined> = {
      name: 'listener',
      setup: async (host) => {
        host.on('ensureTable', async ({ module, table }) => {
          told.push(`${module}.${table}`)
        })
        return undefined
      },
    }
    await using other = createDatabase({
      connectionString: target.connectionString,
      secret: 'a secret for tests only',
      plugins: [plugin],
    })
    await other.initialize()
    const ouvida = await other.createModule('ouvida')
    await ouvida.createTable('itens', columns)
    await ouvida.createTable('itens', columns)
    expect(told.filter((name) => name === 'ouvida.itens')).toHaveLength(2)
  })
})
