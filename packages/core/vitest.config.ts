import { testConfig } from '../../vitest.shared.js'

export default testConfig({
  once: [
    'src/session/conformance/faulty-sources.test.ts',
    'src/module/type-budget.test.ts',
    'src/statement/raw/safe-query.test.ts',
  ],
})
