import { testConfig } from '../../vitest.shared.js'

export default testConfig({
  slow: ['src/session/conformance/faulty-sources.test.ts'],
  once: ['src/module/type-budget.test.ts', 'src/statement/raw/safe-query.test.ts'],
})
