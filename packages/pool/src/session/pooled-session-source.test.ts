import { sessionSourceConformance } from '@plataforma/core/conformance'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { machineClock } from '../kernel/clock.js'
import { PoolHost } from '../kernel/pool-host.js'
import type { PgPhysical } from '../postgres/pg-physical.js'
import { PooledSessionSource } from './pooled-session-source.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(() => database[Symbol.asyncDispose]())

describe('a source on the kernel', () => {
  const checks = sessionSourceConformance({
    name: 'PooledSessionSource',
    create: ({ max, acquireTimeoutMs, closeTimeoutMs }) => {
      const host = new PoolHost<PgPhysical>(machineClock, 50)
      const limits = {
        min: 0,
        max,
        weight: 1,
        acquireTimeoutMs,
        maxWaiting: 10_000,
        shedding: { targetMs: 5_000, intervalMs: 10_000 },
      }
      return new PooledSessionSource({
        host,
        close: () => host.close(closeTimeoutMs),
        logins: {
          loginOf: () => ({ key: 'app', config: { connectionString: database.connectionString } }),
        },
        openLogin: (login) =>
          host.addLogin({
            ...login,
            idleTimeoutMs: 10_000,
            maxLifetimeMs: 0,
            connectTimeoutMs: 5_000,
          }),
        openDrawer: (name, login) => ({
          login,
          member: login.join(name, limits),
          observe: () => {},
        }),
      })
    },
    get connectionString() {
      return database.connectionString
    },
  })
  for (const check of checks) test(check.name, () => check.run())
})
