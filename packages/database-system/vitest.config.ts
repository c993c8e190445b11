import { testConfig } from '../../vitest.shared.js'

export default testConfig({
  redis: true,
  once: ['test/documentation/**', 'src/command/program.test.ts'],
})
