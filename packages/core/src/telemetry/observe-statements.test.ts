import type { Meter } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import { A, Setting } from '../../test/isolation/setting.js'
import { observeStatements, type StatementMeter } from './observe-statements.js'

let setting: Setting
const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
const provider = new MeterProvider({ readers: [reader] })

beforeAll(async () => {
  setting = await Setting.open('shared')
  const vendas = await setting.database.createModule('vendas')
  await vendas.createTable('itens', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
})

afterAll(async () => {
  await provider.shutdown()
  await setting?.[Symbol.asyncDispose]()
})

/** What was recorded of modules since it was last asked. */
async function recorded() {
  exporter.reset()
  await provider.forceFlush()
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
  const found = metrics.flatMap((scope) => scope.metrics) as HistogramMetricData[]
  return found.flatMap(({ descriptor, dataPoints }) =>
    dataPoints
      .filter(({ attributes }) => 'db.namespace' in attributes)
      .map((point) => ({ descriptor, ...point })),
  )
}

test('a Meter of OpenTelemetry fits', () => {
  expectTypeOf<Meter>().toExtend<StatementMeter>()
})

test('records how long statements took, by namespace, operation, table and error', async () => {
  const stop = observeStatements(provider.getMeter('test'))
  const namespace = `${setting.target.name}|module_vendas`
  const known = { 'db.system.name': 'postgresql', 'db.namespace': namespace }
  try {
    await setting.as(A, async () => {
      await setting.vendas.insert('itens', [{ id: 1 }])
      await setting.vendas.insert('itens', [{ id: 2 }])
      await setting.vendas.query('select pg_sleep(0.1)')
      await expect(setting.vendas.insert('itens', [{ id: 1 }])).rejects.toThrow()
      await expect(setting.vendas.query('values (1 / 0)')).rejects.toThrow()
      const signal = AbortSignal.timeout(50)
      await expect(setting.vendas.query('select pg_sleep(9)', [], { signal })).rejects.toThrow()
    })
    const points = await recorded()
    expect(points.map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([
        { ...known, 'db.operation.name': 'INSERT', 'db.collection.name': 'itens' },
        { ...known, 'db.operation.name': 'SELECT' },
        {
          ...known,
          'db.operation.name': 'INSERT',
          'db.collection.name': 'itens',
          'error.type': '23505',
          'db.response.status_code': '23505',
        },
        { ...known, 'error.type': '22012', 'db.response.status_code': '22012' },
        { ...known, 'db.operation.name': 'SELECT', 'error.type': 'TimeoutError' },
      ]),
    )
    expect(points).toHaveLength(5)
    const [first] = points
    expect(first?.descriptor).toMatchObject({ name: 'db.client.operation.duration', unit: 's' })
    expect(first?.value.count).toBe(2)
    expect(first?.value.buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    const slept = points.find(({ attributes }) => !('db.collection.name' in attributes))
    expect(slept?.value.min).toBeGreaterThanOrEqual(0.1)
    expect(slept?.value.max).toBeLessThan(9)
  } finally {
    stop()
  }
  await setting.as(A, () => setting.vendas.count('itens'))
  expect(await recorded()).toEqual([])
})
