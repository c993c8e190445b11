import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { A, B, GRADES, Setting } from './setting.js'

/** Ways of planning; each must put the policy before everything else. */
const PLANNERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'parallel workers': {
    parallel_setup_cost: '0',
    parallel_tuple_cost: '0',
    min_parallel_table_scan_size: '0',
    min_parallel_index_scan_size: '0',
    max_parallel_workers_per_gather: '2',
  },
  'sequential scans': {
    enable_indexscan: 'off',
    enable_bitmapscan: 'off',
    enable_indexonlyscan: 'off',
  },
  'index scans': { enable_seqscan: 'off', random_page_cost: '0' },
  'nested loops': { enable_hashjoin: 'off', enable_mergejoin: 'off' },
  'merge joins': { enable_hashjoin: 'off', enable_nestloop: 'off' },
  'compiled expressions': { jit: 'on', jit_above_cost: '0', jit_inline_above_cost: '0' },
  'joins as they are written': { join_collapse_limit: '1', from_collapse_limit: '1' },
}

const ROWS = 2_000

const READS = [
  'select organization_id, count(*)::int as n from itens group by 1',
  'select organization_id, count(*)::int as n from itens where valor >= 0 group by 1',
  `select a.organization_id, count(distinct a.id)::int as n from itens a
   join itens b on b.valor = a.valor group by 1`,
  `select organization_id, count(*)::int as n from itens where id in (select id from itens) group by 1`,
  `select organization_id, count(*)::int as n from
   (select organization_id, row_number() over (order by id) from itens) as x group by 1`,
]

describe.each(GRADES)('rows of a tenant by every kind of plan, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await Setting.open(grade)
    const vendas = await setting.database.createModule('vendas')
    await vendas.createTable('itens', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'valor', type: 'INTEGER' },
    ])
    for (const tenant of [A, B]) {
      await setting.query(
        tenant,
        'insert into itens (id, valor) select g, g from generate_series(1, $1::int) as g',
        [ROWS],
      )
    }
    await setting.truth('create index on module_vendas.itens (valor)')
    await setting.truth('analyze module_vendas.itens')
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  it.each(Object.keys(PLANNERS))('are its own by %s', async (name) => {
    for (const tenant of [A, B, A]) {
      await setting.as(tenant, () =>
        setting.vendas.transaction(async (tx) => {
          for (const [key, value] of Object.entries(PLANNERS[name] ?? {})) {
            await tx.query('select set_config($1, $2, true)', [key, value])
          }
          // More often than PostgreSQL tries plans of its own before it takes the general one.
          // Compiling takes its time, and is the same for every turn.
          const turns = name === 'compiled expressions' ? 1 : 7
          for (let turn = 0; turn < turns; turn++) {
            for (const read of READS) {
              expect(await tx.query(read)).toEqual([{ organization_id: tenant, n: ROWS }])
            }
            const rows = await tx.select('itens', { where: { valor: { $in: [1, turn + 2] } } })
            expect(rows.map((row) => row.organization_id)).toEqual([tenant, tenant])
          }
        }),
      )
    }
  })

  it('are its own by a plan that is kept for all tenants', async () => {
    const read = 'select organization_id, count(*)::int as n from itens where valor = $1 group by 1'
    for (let turn = 0; turn < 30; turn++) {
      const tenant = turn % 3 === 0 ? B : A
      expect(await setting.query(tenant, read, [turn + 1])).toEqual([
        { organization_id: tenant, n: 1 },
      ])
    }
  })
})
