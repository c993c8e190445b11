import type { Kysely } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { OutsideEffect } from '../../script/migration-script.js'
import { OutsideGround, SCHEMA } from './outside.fixture.js'
import { settleOutside } from './settle-outside.js'

let ground: OutsideGround

beforeEach(async () => {
  ground = await OutsideGround.make()
})

afterEach(() => ground[Symbol.asyncDispose]())

const held = <T>(work: (session: Kysely<unknown>) => Promise<T>) =>
  ground.db.connection().execute(work)

const settle = (effect: OutsideEffect) =>
  held((session) => settleOutside({ effect, text: '', schema: SCHEMA }, session))

it('runs a DROP INDEX CONCURRENTLY again until the index is gone', async () => {
  const effect = { kind: 'drop-index', schema: undefined, index: 'itens_nome', ifExists: false }
  const dropped = effect as OutsideEffect
  await ground.run('create index itens_nome on itens (nome)')
  const reader = await ground.client()
  await reader.query('begin')
  await reader.query('select 1 from itens')
  const worker = await ground.client()
  await ground.killWhileWaiting(worker, worker.query('drop index concurrently itens_nome'))
  await reader.query('commit')
  expect(await ground.indexes()).toContain('!itens_nome')
  expect(await settle(dropped)).toMatchObject({ verdict: 'run' })
  await ground.run('drop index concurrently itens_nome')
  expect(await settle(dropped)).toMatchObject({ verdict: 'done' })
})

/** By whom it is held up before it builds, before it swaps, and with the new index in place. */
const HOLDERS = [
  ['begin', 'lock table itens in row exclusive mode'],
  ['begin isolation level repeatable read', 'select 1 from itens'],
  ['begin', 'lock table itens in access share mode'],
] as const

it.each([
  ['table', 'itens', 'reindex table concurrently itens'],
  ['index', 'itens_nome', 'reindex index concurrently itens_nome'],
  ['schema', SCHEMA, `reindex schema concurrently ${SCHEMA}`],
] as const)('drops the remnants of a REINDEX, of a %s', async (target, name, text) => {
  const effect = { kind: 'reindex', target, schema: undefined, name } as const
  await ground.run('create index itens_nome on itens (nome)')
  const valid = await ground.indexes()
  for (const [begin, use] of HOLDERS) {
    const reader = await ground.client()
    await reader.query(begin)
    await reader.query(use)
    const worker = await ground.client()
    await ground.killWhileWaiting(worker, worker.query(text))
    await reader.query('commit')
    const remnants = (await ground.indexes()).filter((index) => index.startsWith('!'))
    expect(remnants.join()).toMatch(begin === 'begin' && use.includes('share') ? /ccold/ : /ccnew/)
    const { verdict, reason } = await settle(effect)
    expect(verdict).toBe('run')
    const left = (await ground.indexes()).filter((index) => !valid.includes(index))
    // Only a superuser enters the schema of what lies out of line, and it is told.
    const named = left.filter((index) => reason.includes(index.slice(1)))
    expect(left).toEqual(named)
    if (!ground.database.administrator.restricted || target === 'index') expect(left).toEqual([])
    for (const index of left) expect(index).toMatch(/^!pg_toast/)
  }
})

it('leaves valid indexes alone that are named like remnants', async () => {
  await ground.run('create index itens_ccnew on itens (nome)')
  const effect = { kind: 'reindex', target: 'table', schema: undefined, name: 'itens' } as const
  await settle(effect)
  expect(await ground.indexes()).toContain('itens_ccnew')
})

it('completes a partition that is half detached', async () => {
  await ground.run(
    'create table vendas (dia date) partition by range (dia)',
    `create table vendas_1 partition of vendas for values from ('2026-01-01') to ('2026-02-01')`,
    `create table vendas_2 partition of vendas for values from ('2026-02-01') to ('2026-03-01')`,
  )
  const effect = (partition: string): OutsideEffect => ({
    kind: 'detach-partition',
    schema: undefined,
    table: 'vendas',
    partitionSchema: undefined,
    partition,
  })
  const reader = await ground.client()
  await reader.query('begin')
  await reader.query('select 1 from vendas')
  const worker = await ground.client()
  const running = worker.query('alter table vendas detach partition vendas_1 concurrently')
  await ground.killWhileWaiting(worker, running)
  await reader.query('commit')
  expect(await settle(effect('vendas_1'))).toEqual({
    verdict: 'done',
    reason: '"vendas_1" was half detached; that is completed now.',
  })
  expect(await settle(effect('vendas_1'))).toMatchObject({ verdict: 'done' })
  expect(await settle(effect('vendas_2'))).toMatchObject({ verdict: 'run' })
  expect(await settle(effect('vendas_3'))).toMatchObject({ verdict: 'needs-attention' })
})

it('runs again what may be run again, and says so where nobody can tell', async () => {
  expect(await settle({ kind: 'repeatable' })).toMatchObject({ verdict: 'run' })
  expect(await settle({ kind: 'unknown' })).toMatchObject({ verdict: 'needs-attention' })
})
