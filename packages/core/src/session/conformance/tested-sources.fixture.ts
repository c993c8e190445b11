import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll } from 'vitest'
import { PgPoolSessionSource } from '../pg-pool-session-source.js'
import type { SessionSource } from '../session-source.js'
import { sessionSourceConformance } from './session-source-conformance.js'
import type { SourceLimits } from './trial.js'

/** A database for a test file, sources on it and their checks. */
export function testedSources() {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
  })
  afterAll(() => database.drop())
  const address = () => database.connectionString
  return {
    address,
    pool: (limits: SourceLimits) =>
      new PgPoolSessionSource({
        logins: { loginOf: () => ({ key: 'only', config: { connectionString: address() } }) },
        ...limits,
      }),
    checksOf: (create: (limits: SourceLimits) => SessionSource, patienceMs?: number) =>
      sessionSourceConformance({
        name: 'source',
        create,
        patienceMs,
        // Read when a check runs, because there is a database only then.
        get connectionString() {
          return address()
        },
      }),
  }
}
