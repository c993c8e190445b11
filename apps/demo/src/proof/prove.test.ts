import { testDatabase } from '@plataforma/testkit'
import { beforeAll, expect, test } from 'vitest'
import { loadHistory } from '../load/load-history.js'
import { createSystem } from '../platform/create-system.js'
import { migrateModules } from '../platform/migrate-modules.js'
import { createWorlds } from '../world/create-worlds.js'
import { connectAuditor } from './connect-auditor.js'
import { type Proofs, proofsHold, prove } from './prove.js'

const signal = new AbortController().signal
const worlds = createWorlds(2, 7, new Date('2026-06-30T00:00:00Z'))
let proofs: () => Promise<Proofs>
let loaded: number
let meddle: (sql: string) => Promise<unknown>

beforeAll(async () => {
  const database = await testDatabase({ administrator: 'restricted' })
  const auditor = await connectAuditor(database.superuser.connectionString)
  const system = createSystem({ connectionString: database.connectionString })
  await system.initialize()
  const { modules } = await migrateModules(system, { signal })
  loaded = await loadHistory({ system, modules, worlds, concurrency: 2, signal })
  proofs = () => prove({ system, modules, worlds, auditor, signal })
  meddle = (sql) => auditor.query(sql)
  return async () => {
    await system.close()
    await auditor.end()
    await database.drop()
  }
}, 120_000)

test('everything holds on a platform that is as it should be', async () => {
  const { attempts, isolation, consistency, modules } = await proofs()
  expect(attempts.filter((attempt) => !attempt.held)).toEqual([])
  expect(attempts).toHaveLength(15)
  expect(isolation).toEqual({ compared: 2 * 69, differences: [] })
  expect(consistency.filter((invariant) => invariant.violations > 0)).toEqual([])
  expect(modules).toHaveLength(22)
  expect(modules.reduce((total, { rows }) => total + rows, 0)).toBe(loaded)
})

test('a table without row-level security is found out', async () => {
  await meddle('alter table module_crm.leads disable row level security')
  try {
    const found = await proofs()
    expect(proofsHold(found)).toBe(false)
    expect(found.isolation.differences).toHaveLength(2)
    expect(found.isolation.differences[0]).toMatch(/^crm\.leads of tenant /)
  } finally {
    await meddle('alter table module_crm.leads enable row level security')
  }
  expect(proofsHold(await proofs())).toBe(true)
})

test('a grant that opens another module is found out', async () => {
  await meddle('grant usage on schema module_financeiro to public')
  await meddle('grant select on module_financeiro.titulos to public')
  try {
    const found = await proofs()
    expect(proofsHold(found)).toBe(false)
    expect(found.attempts.filter((attempt) => !attempt.held)).toMatchObject([
      { what: 'read the bills of financeiro from vendas' },
    ])
  } finally {
    await meddle('revoke select on module_financeiro.titulos from public')
    await meddle('revoke usage on schema module_financeiro from public')
  }
})

test('a transaction of which half is missing is found out', async () => {
  await meddle(`
    delete from module_estoque.movimentos
    where ctid in (select ctid from module_estoque.movimentos where tipo = 'venda' limit 1)`)
  const found = await proofs()
  expect(proofsHold(found)).toBe(false)
  expect(found.consistency.filter((invariant) => invariant.violations > 0)).toEqual([
    { what: 'every item of an order has left the stock of estoque', violations: 1 },
    { what: 'every balance of estoque is the sum of its movements', violations: 1 },
  ])
})
