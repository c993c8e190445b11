import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'
import type { PlataformaError } from '../error/plataforma-error.js'
import type { ColumnDefinition } from './column-definition.js'
import type { TableDifference } from './table-differences.js'
import type { TableOptions } from './table-options.js'

const ACME = '018f6f9e-8c5a-7d31-b0a4-000000000001'

let module: TestModule

beforeAll(async () => {
  module = await testModule()
  await sql
    .raw(`
    create extension citext schema extensions;
    set role ${module.owner};
    create type module_vendas.estado as enum ('novo', 'pago');
    create domain module_vendas.cpf as varchar(11) check (value ~ '^[0-9]+$');
    reset role`)
    .execute(module.admin)
})
afterAll(() => module[Symbol.asyncDispose]())

const id: ColumnDefinition = { name: 'id', type: 'UUID', primaryKey: true }
const tenant: ColumnDefinition = { name: 'organization_id', type: 'UUID', nullable: false }

async function keys(table: string): Promise<string[]> {
  const { rows } = await sql<{ definition: string }>`
    select pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = ${`module_vendas.${table}`}::regclass and contype in ('p', 'u', 'f')
    order by contype desc, definition`.execute(module.admin)
  return rows.map((row) => row.definition)
}

async function differences(
  name: string,
  columns: readonly ColumnDefinition[],
  options?: TableOptions,
): Promise<readonly TableDifference[]> {
  try {
    await module.vendas.createTable(name, columns, options)
    return []
  } catch (error) {
    const { code, details } = error as PlataformaError
    expect(code).toBe('PLT_TABLE_DIFFERS')
    return details?.differences as readonly TableDifference[]
  }
}

describe('createTable', () => {
  test('makes keys and references within the tenant', async () => {
    const { vendas } = module
    await vendas.createTable('clientes', [
      id,
      tenant,
      { name: 'email', type: 'VARCHAR(255)', unique: true },
      { name: 'login', type: 'TEXT', unique: 'global' },
    ])
    await vendas.createTable('pedidos', [
      id,
      tenant,
      { name: 'cliente_id', type: 'UUID', references: { table: 'clientes', onDelete: 'SET NULL' } },
      { name: 'email', type: 'TEXT', references: { table: 'clientes', column: 'email' } },
      { name: 'pai', type: 'UUID', references: { table: 'pedidos', onDelete: 'cascade' } },
    ])
    expect(await keys('clientes')).toEqual([
      'UNIQUE (login)',
      'UNIQUE (organization_id, email)',
      'PRIMARY KEY (organization_id, id)',
    ])
    expect(await keys('pedidos')).toEqual(
      [
        'PRIMARY KEY (organization_id, id)',
        'FOREIGN KEY (organization_id, cliente_id) REFERENCES module_vendas.clientes(organization_id, id) ON DELETE SET NULL (cliente_id)',
        'FOREIGN KEY (organization_id, email) REFERENCES module_vendas.clientes(organization_id, email)',
        'FOREIGN KEY (organization_id, pai) REFERENCES module_vendas.pedidos(organization_id, id) ON DELETE CASCADE',
      ].map((text) => text.replaceAll('module_vendas.', '')),
    )
    await module.asTenant(ACME, async () => {
      const [cliente] = await vendas.insert('clientes', [{ email: 'a@b' }])
      const [pedido] = await vendas.insert('pedidos', [{ cliente_id: cliente?.id }])
      await vendas.delete('clientes', { all: true })
      expect(await vendas.select('pedidos')).toEqual([{ ...pedido, cliente_id: null }])
    })
  })

  test('a table without row-level security keeps plain keys', async () => {
    await module.vendas.createTable('paises', [
      { name: 'codigo', type: 'char(2)', primaryKey: true },
      { name: 'nome', type: 'text', unique: true },
    ])
    await module.vendas.createTable('cidades', [
      { name: 'n', type: 'SERIAL', primaryKey: true },
      { name: 'pais', type: 'char(2)', references: 'paises', nullable: false },
    ])
    await module.vendas.createTable('lojas', [
      id,
      tenant,
      { name: 'pais', type: 'char(2)', references: 'paises' },
    ])
    expect(await keys('paises')).toEqual(['UNIQUE (nome)', 'PRIMARY KEY (codigo)'])
    expect(await keys('cidades')).toEqual([
      'PRIMARY KEY (n)',
      'FOREIGN KEY (pais) REFERENCES paises(codigo)',
    ])
    expect(await keys('lojas')).toEqual([
      'PRIMARY KEY (organization_id, id)',
      'FOREIGN KEY (pais) REFERENCES paises(codigo)',
    ])
  })

  test('a global primary key can be referenced from tables of every kind', async () => {
    await module.vendas.createTable('globais', [{ ...id, primaryKey: 'global' }, tenant])
    await module.vendas.createTable('notas', [
      { name: 'n', type: 'BIGSERIAL', primaryKey: true },
      { name: 'global', type: 'UUID', references: 'globais' },
    ])
    await module.vendas.createTable('internas', [
      id,
      tenant,
      { name: 'global', type: 'UUID', references: 'globais' },
    ])
    expect(await keys('globais')).toEqual(['UNIQUE (organization_id, id)', 'PRIMARY KEY (id)'])
    expect(await keys('notas')).toContain('FOREIGN KEY (global) REFERENCES globais(id)')
    expect(await keys('internas')).toContain(
      'FOREIGN KEY (organization_id, global) REFERENCES globais(organization_id, id)',
    )
  })

  test('a UUID key gets a default, in time order where the server can', async () => {
    await module.vendas.createTable('chaves', [id, { name: 'outra', type: 'UUID' }])
    const rows = await module.vendas.insert('chaves', [{}, {}, {}])
    const version =
      (
        await sql<{ v: number }>`select current_setting('server_version_num')::int v`.execute(
          module.admin,
        )
      ).rows[0]?.v ?? 0
    const kind = version >= 180_000 ? '7' : '4'
    expect(rows.every((row) => String(row.id)[14] === kind && row.outra === null)).toBe(true)
  })

  test('takes every kind of type, default, check, index and key, and finds it equal again', async () => {
    const columns: ColumnDefinition[] = [
      { name: 'a', type: 'int', nullable: false },
      { name: 'b', type: 'INTEGER', identity: 'always' },
      { name: 'c', type: ' decimal( 12 , 2 ) ', default: 0, check: 'c >= 0' },
      { name: 'd', type: 'Numeric(5)', default: '-1.5' },
      { name: 'e', type: 'VARCHAR(20)', default: 'it\'s {"quoted"}' },
      { name: 'f', type: 'CHAR', default: 'x' },
      { name: 'g', type: 'TIMESTAMP WITH TIME ZONE', default: 'now()' },
      { name: 'h', type: 'timestamptz(3)', default: sql`now() + interval '1 day'` },
      { name: 'i', type: 'TIMESTAMP(0)', default: new Date('2024-01-01T12:00:00Z') },
      { name: 'j', type: 'double precision', default: { expression: 'random()' } },
      { name: 'k', type: 'float(10)' },
      { name: 'l', type: 'boolean', default: true },
      { name: 'm', type: 'text[]', default: ['a', 'b"\\'] },
      { name: 'n', type: 'JSONB', default: { a: [1, 'x'] } },
      { name: 'o', type: 'estado', default: 'novo' },
      { name: 'p', type: 'cpf' },
      { name: 'q', type: 'extensions.citext', unique: true },
      { name: 'r', type: 'citext[]' },
      { name: 's', type: 'int', generated: 'a * 2' },
      { name: 't', type: 'bytea', default: Buffer.from([0, 255]) },
      { name: 'u', type: 'date', default: '2024-02-29' },
      { name: 'v', type: 'bit varying(5)' },
      { name: 'w', type: 'time with time zone' },
      { name: 'x', type: 'estado[]' },
      { name: 'y', type: 'text', default: 'now()' },
      { name: 'z', type: 'bigint', default: 9007199254740993n },
      { name: 'endereço', type: 'uuid', default: 'gen_random_uuid()' },
    ]
    const options: TableOptions = {
      primaryKey: ['a', 'c'],
      uniques: [['d', 'e'], { name: 'meu', columns: ['f'] }],
      indexes: [
        ['a'],
        { columns: ['n'], using: 'gin' },
        { name: 'parcial', columns: ['e'], where: 'l', operatorClass: 'varchar_pattern_ops' },
        { columns: ['u', 'w'], unique: true },
      ],
      checks: ['a <> 7', { name: 'regra', expression: sql`d < 100 and e is not null` }],
    }
    await module.vendas.createTable('tudo', columns, options)
    expect(await differences('tudo', columns, options)).toEqual([])
    await module.vendas.createTable('tudo', [...columns], { ...options })
    const [row] = await module.vendas.insert('tudo', [{ a: 1 }])
    expect(row).toMatchObject({
      a: 1,
      b: 1,
      c: '0.00',
      d: '-2',
      e: 'it\'s {"quoted"}',
      g: expect.any(Date),
      m: ['a', 'b"\\'],
      n: { a: [1, 'x'] },
      o: 'novo',
      s: 2,
      t: Buffer.from([0, 255]),
      y: 'now()',
      z: '9007199254740993',
    })
    await expect(module.vendas.insert('tudo', [{ a: 2, b: 5 }])).rejects.toMatchObject({
      code: 'PLT_VALUE_INVALID',
      column: 'b',
    })
    await expect(module.vendas.insert('tudo', [{ a: 2, cpf: 'x' }])).rejects.toMatchObject({
      code: 'PLT_COLUMN_UNKNOWN',
    })
  })

  test('defaults of JSON and arrays may stand as in SQL', async () => {
    const columns = [
      { name: 'a', type: 'JSONB', default: '{}' },
      { name: 'b', type: 'JSON', default: '[1]' },
      { name: 'c', type: 'JSONB', default: 'texto' },
      { name: 'd', type: 'TEXT[]', default: '{}' },
    ]
    await module.vendas.createTable('como_sql', columns)
    expect(await differences('como_sql', columns)).toEqual([])
    expect(await module.vendas.insert('como_sql', [{}])).toEqual([
      { a: {}, b: [1], c: 'texto', d: [] },
    ])
    expect(await module.vendas.insert('como_sql', [{ a: '{}' }])).toMatchObject([{ a: '{}' }])
  })

  test('an equal table is left alone, also with what migrations added', async () => {
    const columns = [id, tenant, { name: 'valor', type: 'INT', default: 1 + 1, check: 'valor>0' }]
    await module.vendas.createTable('iguais', columns)
    await sql`create index on module_vendas.iguais (valor)`.execute(module.admin)
    await sql`alter table module_vendas.iguais add constraint extra check (valor < 100)`.execute(
      module.admin,
    )
    const [before] = await relation('iguais')
    await module.vendas.createTable('iguais', columns)
    await module.another().createTable('iguais', columns, { enableRLS: true })
    expect(await relation('iguais')).toEqual([before])
  })

  async function relation(name: string): Promise<unknown[]> {
    const { rows } = await sql`
      select c.oid, c.relfilenode, (select count(*) from pg_class x where x.relname like 'compared_%') as left_over
      from pg_class c where relname = ${name}`.execute(module.admin)
    return rows
  }

  test('a differing table is refused with each difference', async () => {
    const columns: ColumnDefinition[] = [
      id,
      tenant,
      { name: 'nome', type: 'VARCHAR(100)', nullable: false },
      { name: 'email', type: 'TEXT', unique: true },
      { name: 'valor', type: 'INT', default: 1 },
      { name: 'em', type: 'TIMESTAMPTZ', default: 'now()' },
      { name: 'velha', type: 'INT' },
    ]
    await module.vendas.createTable('mudada', columns)
    const changed: ColumnDefinition[] = [
      id,
      tenant,
      { name: 'nome', type: 'VARCHAR(200)' },
      { name: 'email', type: 'TEXT' },
      { name: 'valor', type: 'INT', default: 2, check: 'valor > 0' },
      { name: 'em', type: 'TIMESTAMPTZ', default: sql`now() - interval '1 day'` },
      { name: 'nova', type: 'UUID', references: 'mudada' },
    ]
    expect(await differences('mudada', changed, { indexes: [['valor']] })).toEqual([
      {
        subject: 'column nome: type',
        expected: 'character varying(200)',
        actual: 'character varying(100)',
      },
      { subject: 'column nome: nullable', expected: 'true', actual: 'false' },
      { subject: 'column valor: default', expected: '2', actual: '1' },
      {
        subject: 'column em: default',
        expected: "(now() - '1 day'::interval)",
        actual: 'now()',
      },
      { subject: 'column nova', expected: 'uuid', actual: 'missing' },
      { subject: 'column velha', expected: 'missing', actual: 'integer' },
      {
        subject:
          'reference (organization_id, nova) to mudada (organization_id, id) on delete no action on update no action',
        expected: 'there',
        actual: 'missing',
      },
      { subject: 'unique (organization_id, email)', expected: 'missing', actual: 'there' },
      { subject: 'check (valor > 0)', expected: 'there', actual: 'missing' },
      {
        subject: 'index (organization_id, valor) using btree',
        expected: 'there',
        actual: 'missing',
      },
    ])
    expect(await differences('mudada', columns, { enableRLS: false })).toEqual([
      { subject: 'primary key (id)', expected: 'there', actual: 'missing' },
      { subject: 'unique (email)', expected: 'there', actual: 'missing' },
      { subject: 'primary key (organization_id, id)', expected: 'missing', actual: 'there' },
      { subject: 'unique (organization_id, email)', expected: 'missing', actual: 'there' },
      { subject: 'row-level security', expected: 'off', actual: 'organization_id' },
    ])
    expect(await differences('mudada', columns)).toEqual([])
  })

  test('drift in the database is found, not only a changed definition', async () => {
    const columns = [id, { name: 'nome', type: 'TEXT', nullable: false, default: 'x' }]
    await module.vendas.createTable('deriva', columns)
    await sql`alter table module_vendas.deriva alter nome drop not null, alter nome set default 'y'`.execute(
      module.admin,
    )
    expect(await differences('deriva', columns)).toEqual([
      { subject: 'column nome: nullable', expected: 'false', actual: 'true' },
      { subject: 'column nome: default', expected: "'x'::text", actual: "'y'::text" },
    ])
  })

  test('many processes create the same tables at once', async () => {
    const make = async (process: number): Promise<void> => {
      const vendas = process === 0 ? module.vendas : module.another()
      for (const table of ['junto_a', 'junto_b', 'junto_c']) {
        await vendas.createTable(table, [
          id,
          tenant,
          { name: 'nome', type: 'TEXT', unique: true, default: 'a', check: "nome <> ''" },
        ])
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, process) => make(process)))
    expect(await keys('junto_c')).toHaveLength(2)
  })

  test('row-level security follows from the tenant column and the options', async () => {
    const { vendas, host } = module
    await vendas.createTable('aberta', [id, tenant], { enableRLS: false })
    await vendas.createTable('outra_coluna', [id, { name: 'empresa', type: 'BIGINT' }], {
      tenantColumn: 'empresa',
    })
    await vendas.createTable('sem', [id])
    const tenants = await Promise.all(
      ['aberta', 'outra_coluna', 'sem'].map(
        async (name) => (await host.executor.table(name)).tenantColumn,
      ),
    )
    expect(tenants).toEqual([undefined, 'empresa', undefined])
    const info = await host.executor.table('outra_coluna')
    expect(info.columns.get('empresa')?.nullable).toBe(false)
    expect(info.primaryKey).toEqual(['empresa', 'id'])
  })

  test('hasTable and dropTable', async () => {
    const { vendas } = module
    await vendas.createTable('some', [id])
    expect(await vendas.hasTable('some')).toBe(true)
    await vendas.createTable('depende', [id, { name: 'x', type: 'UUID', references: 'some' }])
    await expect(vendas.dropTable('some')).rejects.toMatchObject({ sqlState: '2BP01' })
    await vendas.dropTable('some', { cascade: true })
    expect(await vendas.hasTable('some')).toBe(false)
    await expect(vendas.dropTable('some')).rejects.toMatchObject({ code: 'PLT_TABLE_NOT_FOUND' })
    await vendas.dropTable('some', { ifExists: true })
    await vendas.createTable('some', [id, { name: 'other', type: 'TEXT' }])
    expect(await vendas.insert('some', [{ other: 'x' }])).toHaveLength(1)
  })
})
