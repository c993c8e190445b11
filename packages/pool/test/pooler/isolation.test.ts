import { sharedPostgres, startPgBouncer } from '@plataforma/testkit'
import { it } from 'vitest'
import { Setting } from '../../../core/test/isolation/setting.js'
import { pooling } from '../../src/index.js'

const trial = await startPgBouncer({ server: await sharedPostgres() })
await trial?.close()

// All transactions of a login get one session, so that the victim has the attacker's.
Setting.approach = async (target) => {
  const pooler = await startPgBouncer({
    server: target.server,
    settings: { default_pool_size: 1, query_wait_timeout: 5 },
  })
  if (pooler === undefined) throw new Error('There was one a moment ago.')
  return {
    connectionString: pooler.through(target.connectionString),
    isPooled: true,
    options: () => ({ plugins: [pooling({ pooler: 'transaction', poolConfig: { max: 1 } })] }),
    [Symbol.asyncDispose]: () => pooler.close(),
  }
}

if (trial === undefined) {
  it.skip('the isolation of modules and tenants through PgBouncer')
} else {
  await import('../../../core/test/isolation/probe-matrix.test.js')
  await import('../../../core/test/isolation/left-on-the-session.test.js')
  await import('../../../core/test/isolation/stolen-context.test.js')
}
