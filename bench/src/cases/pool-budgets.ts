import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { LoginDirectory } from '@plataforma/core'
import { MultiPoolManager } from '@plataforma/pool'
import type { PostgresServer } from '@plataforma/testkit'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'

const MODULES = 25
const PER_SECOND = 300
const SECONDS = 4
/** For opening what is needed. */
const WARM_UP_SECONDS = 1

/** Modules that ask now and then, on a budget smaller and larger than their number. */
export const poolBudgets: BenchCase = {
  name: 'pool-budgets',
  title: `${MODULES} modules, together ${PER_SECOND} statements of 2 ms a second`,
  async run({ server }) {
    const setting = await createLogins(server)
    const figures: Figure[] = []
    for (const budget of [12, 30]) {
      for (const grade of ['shared', 'dedicated'] as const) {
        const { waits, opens, failed } = await load({ ...setting, budget, grade })
        const sorted = waits.toSorted((one, other) => one - other)
        const at = (part: number) => (sorted[Math.floor(part * sorted.length)] ?? 0) * 1_000
        figures.push({
          what: `budget ${budget}, logins ${grade}: p99 of waiting`,
          against: 'nobody',
          spread: spreadOf([at(0.99)]),
          unit: ' µs',
          ...((grade === 'shared' || budget === 30) && { aim: { atMost: 20_000 } }),
          note: `p50 ${at(0.5).toFixed(0)} µs, ${(opens / SECONDS).toFixed(1)} connections opened a second, ${failed} failed`,
        })
      }
    }
    return figures
  },
}

interface Logins {
  readonly shared: LoginDirectory
  readonly dedicated: LoginDirectory
}

async function createLogins(server: PostgresServer): Promise<Logins> {
  const connectionString = await server.createDatabase('bench_pool_budgets')
  const client = new pg.Client(connectionString)
  await client.connect()
  const loginOf = (user: string) => {
    const address = new URL(connectionString)
    address.username = user
    address.password = 'known'
    return { key: user, config: { connectionString: address.href } }
  }
  for (let module = 0; module < MODULES; module++) {
    await client.query(`create role bench_m${module} login password 'known'`)
  }
  await client.end()
  const administrator = { key: 'administrator', config: { connectionString } }
  return {
    shared: { loginOf: () => administrator },
    dedicated: {
      loginOf: (identity) =>
        identity.kind === 'module' ? loginOf(`bench_${identity.module}`) : administrator,
    },
  }
}

interface Load extends Logins {
  readonly budget: number
  readonly grade: 'shared' | 'dedicated'
}

async function load({ budget, grade, ...logins }: Load) {
  await using pools = new MultiPoolManager({
    budget,
    logins: logins[grade],
    poolConfig: { max: 4 },
  })
  let opens = 0
  const count = () => {
    opens += 1
  }
  subscribe('plataforma:pool:opened', count)
  const waits: number[] = []
  const began = performance.now()
  const work: Promise<unknown>[] = []
  let failed = 0
  const ask = async (module: string) => {
    const asked = performance.now()
    const session = await pools.sessions.acquire({
      identity: { kind: 'module', module },
      purpose: 'module',
      access: 'write',
    })
    if (asked - began > WARM_UP_SECONDS * 1_000) waits.push(performance.now() - asked)
    try {
      await session.run([{ statements: [{ text: 'select pg_sleep(0.002)' }] }])
    } finally {
      session.release()
    }
  }
  for (let due = began; due < began + SECONDS * 1_000; ) {
    const now = performance.now()
    // Callers do not wait for each other.
    for (; due <= now; due += 1_000 / PER_SECOND) {
      const module = `m${Math.floor(Math.random() * MODULES)}`
      work.push(ask(module).catch(() => (failed += 1)))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(work)
  unsubscribe('plataforma:pool:opened', count)
  return { waits, opens, failed }
}
