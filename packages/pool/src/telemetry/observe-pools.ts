import type { MultiPoolManager } from '../manager/multi-pool-manager.js'
import { type PoolEvent, type PoolMessages, poolChannels } from './pool-channels.js'

/** As much of OpenTelemetry's `Meter` as is used; every `Meter` of `@opentelemetry/api` fits. */
export interface PoolMeter {
  createHistogram(
    name: string,
    options: MetricOptions & {
      readonly advice: { readonly explicitBucketBoundaries: number[] }
    },
  ): { record(value: number, attributes: Attributes): void }
  createCounter(
    name: string,
    options: MetricOptions,
  ): { add(value: number, attributes: Attributes): void }
  createObservableUpDownCounter(name: string, options: MetricOptions): Observed
}

interface Observed {
  addCallback(callback: (result: ObservableResult) => void): void
  removeCallback(callback: (result: ObservableResult) => void): void
}

interface ObservableResult {
  observe(value: number, attributes: Attributes): void
}

interface MetricOptions {
  readonly unit: string
  readonly description: string
}

type Attributes = Record<string, string>

/** Seconds: the conventions advise none, and what is waited for is often below a millisecond. */
const BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30]

/**
 * Records the pools of a manager as the `db.client.connection.…` metrics of OpenTelemetry's
 * semantic conventions (1.44), until the function that it returns is called. A module's pool has
 * the module's name; times of connecting have that of the login. How long statements take is told
 * by `observeStatements` of `@plataforma/core`.
 *
 * @example
 * import { metrics } from '@opentelemetry/api'
 * const stop = observePools(system.pool, metrics.getMeter('plataforma'))
 */
export function observePools(pools: MultiPoolManager, meter: PoolMeter): () => void {
  const undo = [...observeNumbers(pools, meter), ...recordTimes(pools, meter)]
  return () => {
    for (const step of undo) step()
  }
}

function observeNumbers(pools: MultiPoolManager, meter: PoolMeter): (() => void)[] {
  const observe = (
    name: string,
    unit: string,
    description: string,
    read: (result: ObservableResult) => void,
  ) => {
    const counter = meter.createObservableUpDownCounter(`db.client.connection.${name}`, {
      unit: `{${unit}}`,
      description,
    })
    counter.addCallback(read)
    return () => counter.removeCallback(read)
  }
  const each = () =>
    Object.entries(pools.getAllMetrics()).map(([name, figures]) => ({ name, ...figures }))
  return [
    observe('count', 'connection', 'Connections in the state of the attribute.', (result) => {
      for (const { name, activeConnections, idleConnections } of each()) {
        result.observe(activeConnections, of(name, { 'db.client.connection.state': 'used' }))
        result.observe(idleConnections, of(name, { 'db.client.connection.state': 'idle' }))
      }
    }),
    observe('max', 'connection', 'The most connections at once.', (result) => {
      for (const { name, max } of each()) result.observe(max, of(name))
    }),
    observe('idle.max', 'connection', 'The most idle connections.', (result) => {
      for (const { name, max } of each()) result.observe(max, of(name))
    }),
    observe('idle.min', 'connection', 'Connections that are kept warm.', (result) => {
      for (const { name, min } of each()) result.observe(min, of(name))
    }),
    observe('pending_requests', 'request', 'Callers that wait for a connection.', (result) => {
      for (const { name, waitingClients } of each()) result.observe(waitingClients, of(name))
    }),
  ]
}

function recordTimes(pools: MultiPoolManager, meter: PoolMeter): (() => void)[] {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(`db.client.connection.${name}`, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: BUCKETS },
    })
  const create = seconds('create_time', 'Time that it took to open a connection.')
  const wait = seconds('wait_time', 'Time that a caller waited for a connection.')
  const use = seconds('use_time', 'Time between borrowing a connection and giving it back.')
  const timeouts = meter.createCounter('db.client.connection.timeouts', {
    unit: '{timeout}',
    description: 'Callers that waited for a connection in vain.',
  })
  return [
    listen(pools, 'opened', ({ login, tookMs }) => create.record(tookMs / 1_000, of(login))),
    listen(pools, 'acquired', ({ module, waitedMs }) => wait.record(waitedMs / 1_000, of(module))),
    listen(pools, 'released', ({ module, heldMs }) => use.record(heldMs / 1_000, of(module))),
    listen(pools, 'timeout', ({ module }) => timeouts.add(1, of(module))),
  ]
}

function of(pool: string, more: Attributes = {}): Attributes {
  return { 'db.client.connection.pool.name': pool, ...more }
}

/** Other managers of this process tell the same channels. */
function listen<Event extends PoolEvent>(
  pools: MultiPoolManager,
  event: Event,
  told: (message: PoolMessages[Event]) => void,
): () => void {
  const channel = poolChannels[event]
  const subscriber = (message: unknown) => {
    const own = message as PoolMessages[Event]
    if (own.pools === pools) told(own)
  }
  channel.subscribe(subscriber)
  return () => void channel.unsubscribe(subscriber)
}
