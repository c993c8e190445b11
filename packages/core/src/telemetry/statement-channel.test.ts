import { tracingChannel } from 'node:diagnostics_channel'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { A, Setting } from '../../test/isolation/setting.js'
import type { StatementTrace } from './statement-trace.js'

type Event = readonly [name: string, trace: StatementTrace]

const channel = tracingChannel('plataforma:statement')
let setting: Setting
let events: Event[]

const note = (name: string) => (message: unknown) => {
  events.push([name, { ...(message as StatementTrace) }])
}
const subscribers = {
  start: note('start'),
  end: note('end'),
  asyncStart: note('asyncStart'),
  asyncEnd: note('asyncEnd'),
  error: note('error'),
}
const own = <T>(work: () => Promise<T>) => setting.as(A, work)

/** Of a module; beside them run the administrator's. */
const told = (): readonly Event[] => events.filter(([, trace]) => trace.module === 'vendas')
const last = (): StatementTrace | undefined => told().at(-1)?.[1]

beforeAll(async () => {
  setting = await Setting.open('dedicated')
  const vendas = await setting.database.createModule('vendas')
  await vendas.createTable('itens', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
  await own(() => setting.vendas.insert('itens', [{ id: 1 }, { id: 2 }, { id: 3 }]))
})

afterAll(() => setting?.[Symbol.asyncDispose]())

beforeEach(() => {
  events = []
  channel.subscribe(subscribers)
})

afterEach(() => channel.unsubscribe(subscribers))

describe('the channel plataforma:statement', () => {
  test('tells of a verb: its table, kind, rows and time, and no parameter', async () => {
    await own(() => setting.vendas.select('itens', { where: { id: { $gt: 1 } } }))
    expect(told().map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    const namespace = `${setting.target.name}|module_vendas`
    const begun = { module: 'vendas', namespace, table: 'itens', kind: 'SELECT', streams: false }
    expect(told()[0]?.[1]).toMatchObject({ ...begun, sql: expect.stringContaining('itens') })
    expect(told()[0]?.[1].elapsedMs).toBeUndefined()
    expect(last()).toMatchObject({ ...begun, rows: 2, inTransaction: false })
    expect(last()?.elapsedMs).toBeGreaterThan(0)
    expect(Object.keys(last() ?? {})).not.toContain('parameters')
  })

  test('tells what raw SQL was once PostgreSQL has said so', async () => {
    await own(() => setting.vendas.query('with x as (select 1) select * from x'))
    expect(told().map(([, { kind }]) => kind)).toEqual(['WITH', 'WITH', 'SELECT', 'SELECT'])
    expect(last()).toMatchObject({ rows: 1, table: undefined })
  })

  test('tells of an error and its SQLSTATE', async () => {
    await expect(own(() => setting.vendas.query('select 1 / 0'))).rejects.toThrow()
    expect(told().map(([name]) => name)).toEqual([
      'start',
      'end',
      'error',
      'asyncStart',
      'asyncEnd',
    ])
    expect(last()).toMatchObject({ sqlState: '22012', error: expect.any(Error) })
    expect(last()?.rows).toBeUndefined()
  })

  test('tells of statements of a transaction and of plain handles', async () => {
    await own(() => setting.vendas.transaction((tx) => tx.insert('itens', [{ id: 4 }])))
    expect(last()).toMatchObject({ kind: 'INSERT', rows: 1, inTransaction: true, table: 'itens' })
    await sql`select 1 as one`.execute(setting.database.admin.db)
    expect(events.at(-1)?.[1]).toMatchObject({ sql: 'select 1 as one', module: undefined, rows: 1 })
  })

  test('ends a stream with its reading', async () => {
    await own(async () => {
      for await (const row of setting.vendas.stream('itens')) {
        void row
        expect(told().map(([name]) => name)).toEqual(['start', 'end'])
        break
      }
    })
    expect(told().map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(last()).toMatchObject({ streams: true, table: 'itens' })
  })

  test('tells nobody where nobody listens any more', async () => {
    channel.unsubscribe(subscribers)
    await own(() => setting.vendas.count('itens'))
    expect(channel.hasSubscribers).toBe(false)
    expect(events).toEqual([])
  })
})
