import { startTcpProxy } from '@plataforma/testkit'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { OutsideGround, SCHEMA } from './outside.fixture.js'
import type { OutsideStep, Settlement } from './outside-step.js'
import { clearOutside, settleOutside, verifyOutside } from './settle-outside.js'

let ground: OutsideGround

beforeEach(async () => {
  ground = await OutsideGround.make()
})

afterEach(() => ground[Symbol.asyncDispose]())

const TEXT = 'create index concurrently itens_nome on itens (lower(nome))'

function step(text = TEXT, index = 'itens_nome'): OutsideStep {
  const effect = { kind: 'create-index', schema: undefined, table: 'itens', index } as const
  return { effect, text, schema: SCHEMA }
}

function settle(what = step()): Promise<Settlement> {
  return ground.db.connection().execute((session) => settleOutside(what, session))
}

const held = <T>(work: (session: Kysely<unknown>) => Promise<T>) =>
  ground.db.connection().execute(work)

it('drops what a killed session left while it waited for writers, to be run again', async () => {
  const writer = await ground.client()
  await writer.query('begin')
  await writer.query(`insert into itens values (1000, 'novo')`)
  const worker = await ground.client()
  await ground.killWhileWaiting(worker, worker.query(TEXT))
  await writer.query('commit')
  expect(await ground.indexes()).toContain('!itens_nome')
  expect(await settle()).toMatchObject({ verdict: 'run' })
  expect(await ground.indexes()).toEqual(['itens_pkey'])
})

it('drops what a killed session left while it waited for old snapshots', async () => {
  const reader = await ground.client()
  await reader.query('begin isolation level repeatable read')
  await reader.query('select 1 from itens')
  const worker = await ground.client()
  await ground.killWhileWaiting(worker, worker.query(TEXT))
  await reader.query('commit')
  expect(await settle()).toMatchObject({ verdict: 'run' })
  expect(await ground.indexes()).toEqual(['itens_pkey'])
})

it('waits for a session whose process is gone, and takes the index that it completes', async () => {
  const reader = await ground.client()
  await reader.query('begin isolation level repeatable read')
  await reader.query('select 1')
  await using proxy = await startTcpProxy(ground.database.server)
  const worker = await ground.client(proxy.url(ground.database.connectionString))
  const running = worker.query(TEXT)
  const pid = await ground.waits(worker)
  proxy.cut()
  await expect(running).rejects.toThrow()
  const settling = settle()
  const first = await Promise.race([settling, ground.waits(worker).then(() => 'still waiting')])
  expect(first).toBe('still waiting')
  await reader.query('commit')
  expect(await settling).toMatchObject({ verdict: 'done' })
  await ground.gone(pid)
  expect(await ground.indexes()).toEqual(['itens_nome', 'itens_pkey'])
})

it('stops waiting for such a session when it is told to', async () => {
  const reader = await ground.client()
  await reader.query('begin isolation level repeatable read')
  await reader.query('select 1')
  const worker = await ground.client()
  const running = worker.query(TEXT)
  await ground.waits(worker)
  const signal = AbortSignal.timeout(300)
  await expect(settle({ ...step(), signal })).rejects.toThrow('abort')
  await reader.query('commit')
  await running
})

it('counts an equal index as done, however it came to be', async () => {
  const others: readonly [made: string, text: string][] = [
    ['create index itens_nome on itens (lower(nome))', TEXT],
    [
      'create unique index itens_nome on itens using btree (id desc nulls last) include (nome) with (fillfactor = 70) where preco > 1::numeric',
      'CREATE UNIQUE INDEX CONCURRENTLY /* on */ itens_nome ON ONLY "module_vendas" . itens (id DESC NULLS LAST) INCLUDE (nome) WITH (fillfactor=70) WHERE preco > 1',
    ],
    [
      'create index itens_nome on itens (nome collate "C" text_pattern_ops, (codigo + 1))',
      'create index concurrently itens_nome on itens (nome collate "C" text_pattern_ops, (codigo+1))',
    ],
  ]
  await ground.run('alter table itens drop column preco, add column preco numeric')
  for (const [made, text] of others) {
    await ground.run(made)
    expect(await settle(step(text))).toMatchObject({ verdict: 'done' })
    await ground.run('drop index itens_nome')
  }
  expect(await ground.indexes()).toEqual(['itens_pkey'])
})

it('names in what an index of that name differs', async () => {
  const others: readonly [made: string, difference: string][] = [
    ['create index itens_nome on itens (nome)', 'columns'],
    ['create index itens_nome on itens using hash (lower(nome))', 'method'],
    ['create unique index itens_nome on itens (lower(nome))', 'uniqueness'],
    ['create index itens_nome on itens (lower(nome)) where id > 3', 'predicate'],
    ['create index itens_nome on itens (lower(nome) desc)', 'sort order'],
    ['create index itens_nome on itens (lower(nome)) include (id)', 'included columns'],
    ['create index itens_nome on itens (lower(nome)) with (fillfactor = 50)', 'storage'],
    ['create index itens_nome on itens (lower(nome) text_pattern_ops)', 'operator classes'],
    ['create index itens_nome on itens (lower(nome) collate "C")', 'collations'],
  ]
  for (const [made, difference] of others) {
    await ground.run(made)
    const { verdict, reason } = await settle()
    expect.soft(`${verdict}: ${reason}`).toMatch(/^needs-attention: .* differs/)
    expect.soft(reason).toContain(difference)
    await ground.run('drop index itens_nome')
  }
})

it('needs attention where the index is on another table, or what it needs is gone', async () => {
  await ground.run('create table outra (id int)', 'create index itens_nome on outra (id)')
  expect(await settle()).toMatchObject({
    verdict: 'needs-attention',
    reason: 'The index "itens_nome" is there, on the table "outra".',
  })
  await ground.run('drop table outra', 'create index itens_nome on itens (codigo)')
  const text = 'create index concurrently itens_nome on itens (missing)'
  const { verdict, reason } = await settle(step(text))
  expect(verdict).toBe('needs-attention')
  expect(reason).toContain('cannot be compared: column "missing" does not exist')
})

it('leaves it to the server to pass over what IF NOT EXISTS finds', async () => {
  await ground.run('create index itens_nome on itens (codigo)')
  const text = TEXT.replace('itens_nome', 'if not exists itens_nome')
  expect(await settle(step(text))).toMatchObject({ verdict: 'run' })
})

it('takes away the invalid index of duplicates, over which IF NOT EXISTS would seem to succeed', async () => {
  const text = 'create unique index concurrently if not exists itens_codigo on itens (codigo)'
  const what = step(text, 'itens_codigo')
  const worker = await ground.client()
  await expect(worker.query(text)).rejects.toMatchObject({ code: '23505' })
  expect(await ground.indexes()).toContain('!itens_codigo')
  // What it is about: the server takes it for the index.
  await worker.query(text)
  await expect(held((session) => verifyOutside(what, session))).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    message: 'The index "itens_codigo" is invalid after the statement that creates it.',
  })
  await held((session) => clearOutside(what, session))
  expect(await ground.indexes()).toEqual(['itens_pkey'])
  await expect(held((session) => verifyOutside(what, session))).rejects.toMatchObject({
    message: 'The index "itens_codigo" is not there after the statement that creates it.',
  })
  await worker.query('delete from itens where id % 2 = 0')
  await worker.query(text)
  await held((session) => verifyOutside(what, session))
  await held((session) => clearOutside(what, session))
  expect(await ground.indexes()).toEqual(['itens_codigo', 'itens_pkey'])
})

it('leaves an invalid index of a partitioned table alone, which waits for its partitions', async () => {
  await ground.run(
    'drop table itens',
    'create table itens (nome text) partition by list (nome)',
    'create table itens_a partition of itens for values in ($$a$$)',
    'create index itens_nome on only itens (nome)',
  )
  await held((session) => clearOutside(step(), session))
  expect(await ground.indexes()).toEqual(['!itens_nome'])
})

it('leaves role, path and transaction of the session as they were', async () => {
  await ground.run('create index itens_nome on itens (lower(nome))')
  await held(async (session) => {
    const settings = () =>
      sql`select current_setting('role') as role, current_user as who,
        current_setting('search_path') as path, pg_current_xact_id_if_assigned() as xact`.execute(
        session,
      )
    const { rows: before } = await settings()
    await settleOutside(step(), session)
    await settleOutside(step(TEXT.replace('nome)', 'missing)')), session)
    expect((await settings()).rows).toEqual(before)
  })
})

it('works on the dialect of Kysely as well', async () => {
  await ground[Symbol.asyncDispose]()
  ground = await OutsideGround.make(true)
  const worker = await ground.client()
  const text = TEXT.replace('index', 'unique index').replace('lower(nome)', 'codigo')
  await expect(worker.query(text)).rejects.toMatchObject({ code: '23505' })
  expect(await settle(step(text))).toMatchObject({ verdict: 'run' })
  await worker.query(TEXT)
  expect(await settle()).toMatchObject({ verdict: 'done' })
  const other = step(TEXT.replace('nome)', 'missing)'))
  expect(await settle(other)).toMatchObject({ verdict: 'needs-attention' })
})
