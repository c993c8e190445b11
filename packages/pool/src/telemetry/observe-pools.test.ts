import type { Meter } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { PlataformaDialect } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'
import { observePools, type PoolMeter } from './observe-pools.js'
import { poolChannels } from './pool-channels.js'

let database: TestDatabase
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
const provider = new MeterProvider({ readers: [reader] })

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  await provider.shutdown()
  await database[Symbol.asyncDispose]()
})

interface Point {
  readonly attributes: Record<string, unknown>
  readonly value:
    | number
    | { readonly count: number; readonly sum: number; readonly buckets: object }
}

async function recorded() {
  exporter.reset()
  await provider.forceFlush()
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
  return new Map(
    metrics
      .flatMap((scope) => scope.metrics)
      .map(({ descriptor, dataPoints }) => [
        descriptor.name.replace('db.client.connection.', ''),
        { unit: descriptor.unit, points: dataPoints as unknown as Point[] },
      ]),
  )
}

it('takes a Meter of OpenTelemetry', () => {
  expectTypeOf<Meter>().toExtend<PoolMeter>()
})

it('records numbers and times of every module by the conventions', async () => {
  const options = {
    connectionString: database.connectionString,
    budget: 2,
    poolConfig: { min: 1, max: 1, acquireTimeoutMs: 1_000 },
  }
  await using pools = new MultiPoolManager(options)
  await using others = new MultiPoolManager(options)
  const stop = observePools(pools, provider.getMeter('test'))
  const kysely = (manager: MultiPoolManager, module: string) =>
    new Kysely<unknown>({
      dialect: new PlataformaDialect({ sessions: manager.sessionsOf(module) }),
    })
  const vendas = kysely(pools, 'vendas')
  await sql`select 1`.execute(kysely(others, 'estoque'))
  const slow = sql`select pg_sleep(2)`.execute(vendas)
  await expect(sql`select 1`.execute(vendas)).rejects.toMatchObject({ code: 'PLT_POOL_TIMEOUT' })
  const pool = { 'db.client.connection.pool.name': 'vendas' }

  const during = await recorded()
  expect(during.get('count')).toEqual({
    unit: '{connection}',
    points: expect.arrayContaining([
      expect.objectContaining({
        attributes: { ...pool, 'db.client.connection.state': 'used' },
        value: 1,
      }),
      expect.objectContaining({
        attributes: { ...pool, 'db.client.connection.state': 'idle' },
        value: 0,
      }),
    ]),
  })
  await slow
  const after = await recorded()
  const one = (name: string) => after.get(name)?.points.filter(({ attributes }) => attributes)
  for (const [name, value, unit] of [
    ['max', 1, '{connection}'],
    ['idle.max', 1, '{connection}'],
    ['idle.min', 1, '{connection}'],
    ['pending_requests', 0, '{request}'],
    ['timeouts', 1, '{timeout}'],
  ] as const) {
    expect(one(name), name).toEqual([expect.objectContaining({ attributes: pool, value })])
    expect(after.get(name)?.unit).toBe(unit)
  }
  for (const [name, count, least, attributes] of [
    ['wait_time', 1, 0, pool],
    ['use_time', 1, 2, pool],
    ['create_time', 1, 0.0005, { 'db.client.connection.pool.name': 'app' }],
  ] as const) {
    expect(after.get(name)?.unit).toBe('s')
    const [point, ...none] = one(name) ?? []
    expect([point?.attributes, none], name).toEqual([attributes, []])
    const value = point?.value as { count: number; sum: number }
    expect(value.count, name).toBe(count)
    expect(value.sum, name).toBeGreaterThanOrEqual(least)
    expect(value.sum, name).toBeLessThan(9)
  }
  stop()
  for (const channel of Object.values(poolChannels)) expect(channel.hasSubscribers).toBe(false)
})

it('tells the channels what happens to connections', async () => {
  const told: string[] = []
  const listeners = (['opened', 'acquired', 'released', 'ended', 'refused'] as const).map(
    (event) => {
      const listener = (message: object) => {
        told.push(`${event} ${'module' in message ? message.module : ''}`.trim())
      }
      poolChannels[event].subscribe(listener as never)
      return () => poolChannels[event].unsubscribe(listener as never)
    },
  )
  const pools = new MultiPoolManager({ connectionString: database.connectionString, budget: 2 })
  const dialect = new PlataformaDialect({ sessions: pools.sessionsOf('vendas') })
  await sql`select 1`.execute(new Kysely<unknown>({ dialect }))
  await pools.close()
  for (const stop of listeners) stop()
  expect(told).toEqual(['opened', 'acquired vendas', 'released vendas', 'ended'])
})
