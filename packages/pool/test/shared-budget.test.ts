import { type PostgresServer, startPostgres } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BackendSampler } from './backend-sampler.js'
import { WorkerProcess } from './worker-process.js'

const MAX_CONNECTIONS = 30
/** Three for superusers, two for observers. */
const CAPACITY = MAX_CONNECTIONS - 3 - 2
/** One is left for the connection of who comes next. */
const CLAIMABLE = CAPACITY - 1
const SOON = { timeout: 60_000 }

let server: PostgresServer
let connectionString: string
let outside: pg.Client
let sampler: BackendSampler
let workers: WorkerProcess[] = []

beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: MAX_CONNECTIONS } })
})

afterAll(() => server?.close())

beforeEach(async () => {
  outside = new pg.Client(server.connectionString)
  outside.on('error', () => {})
  await outside.connect()
  await outside.query('drop role if exists worker')
  await outside.query("create role worker login password 'worker'")
  const url = new URL(server.connectionString)
  url.username = 'worker'
  url.password = 'worker'
  connectionString = url.href
  sampler = new BackendSampler(server.connectionString)
  await sampler.start()
})

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill()))
  workers = []
  await sampler.stop()
  await outside.end().catch(() => {})
})

function begin(callers: number): WorkerProcess {
  const worker = new WorkerProcess({ connectionString, callers })
  workers.push(worker)
  return worker
}

/** The observers are connections too, one of which does not see itself. */
function expectWithinCapacity(): void {
  expect(sampler.takeMost() - 1).toBeLessThanOrEqual(CAPACITY)
}

function expectNobodyFailed(): void {
  for (const { failures, errors } of workers) expect([failures, errors]).toEqual([[], []])
}

describe('processes that share a server', () => {
  it('have fair parts of it, however they come, freeze, thaw and are killed', async () => {
    const one = begin(200)
    await expect.poll(() => one.used, SOON).toBe(CLAIMABLE)
    const two = begin(200)
    await expect.poll(() => [one.used, two.used].sort(), SOON).toEqual([12, 12])
    const three = begin(200)
    const parts = () => [one, two, three].map(({ used }) => used).sort((a, b) => a - b)
    await expect.poll(parts, SOON).toEqual([8, 8, 8])

    // A frozen process has its connections still, and so its part.
    two.signal('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    expect(parts()).toEqual([8, 8, 8])
    expectWithinCapacity()
    two.signal('SIGCONT')
    const done = two.report?.done ?? 0
    await expect.poll(() => two.report?.done, SOON).toBeGreaterThan(done + 1_000)
    expect(parts()).toEqual([8, 8, 8])
    expectWithinCapacity()
    expectNobodyFailed()

    await two.kill()
    await expect.poll(() => [one.used, three.used].sort(), SOON).toEqual([12, 12])
    await three.end()
    await expect.poll(() => one.used, SOON).toBe(CLAIMABLE)
    expectWithinCapacity()
    expectNobodyFailed()
    await one.end()
    expect(sampler.samples).toBeGreaterThan(100)
  }, 600_000)

  it('keep their parts when the connections that count are ended', async () => {
    const one = begin(200)
    const two = begin(200)
    const parts = () => [one.used, two.used].sort()
    await expect.poll(parts, SOON).toEqual([12, 12])
    for (let round = 0; round < 5; round += 1) {
      await outside.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'plt:%'",
      )
      await expect.poll(() => one.report?.budget.connected, SOON).toBe(true)
      await expect.poll(() => two.report?.budget.connected, SOON).toBe(true)
    }
    expect(parts()).toEqual([12, 12])
    expectWithinCapacity()
    expectNobodyFailed()
    await Promise.all([one.end(), two.end()])
  }, 600_000)

  it('find each other again after the server was restarted', async () => {
    const one = begin(200)
    const two = begin(200)
    const parts = () => [one.used, two.used].sort()
    await expect.poll(parts, SOON).toEqual([12, 12])
    await sampler.stop()
    await server.restart({ mode: 'immediate' })
    sampler = new BackendSampler(server.connectionString)
    await sampler.start()
    // Reports of before the restart may still come in: these are of work that was done after it.
    for (const worker of workers) {
      const done = worker.report?.done ?? 0
      await expect.poll(() => worker.report?.done, SOON).toBeGreaterThan(done + 1_000)
      await expect.poll(() => worker.report?.budget.connected, SOON).toBe(true)
    }
    await expect.poll(parts, SOON).toEqual([12, 12])
    for (const { failures } of workers) {
      expect(
        failures.filter((failure) => /53300|too many|remaining connection/.test(failure)),
      ).toEqual([])
      failures.length = 0
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expectNobodyFailed()
    expectWithinCapacity()
    await Promise.all([one.end(), two.end()])
  }, 600_000)
})
