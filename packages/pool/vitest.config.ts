import { testConfig } from '../../vitest.shared.js'

// The kernel's servers are mocks; behind PgBouncer the tests choose their servers themselves.
export default testConfig({
  once: ['src/kernel/**', 'src/budget/**', 'test/pooler/**'],
  ownAdministrators: ['src/postgres/control-connection.test.ts', 'src/session/faults.test.ts'],
  slow: [
    'src/kernel/fairness.test.ts',
    'src/kernel/fuzz.test.ts',
    'test/pooler/isolation.test.ts',
    'test/shared-budget.test.ts',
  ],
})
