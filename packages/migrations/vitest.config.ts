import { testConfig } from '../../vitest.shared.js'

// What happens between a folder and parsed statements asks no server; a command, code, processes and
// a network that is gone do the same on all.
export default testConfig({
  once: [
    'src/abort/**',
    'src/migration/**',
    'src/place/**',
    'src/source/**',
    'src/script/**',
    'src/create/**',
    'src/system/check-migration-options.test.ts',
    'src/system/check-call.test.ts',
    'src/importers/**',
    'test/load-code.test.ts',
    'src/plan/**',
    'src/system/module-status.test.ts',
    'src/version/**',
    'src/run/code/**',
    'src/run/compose-script.test.ts',
    'test/command.test.ts',
    'test/program.test.ts',
    'test/deployers.test.ts',
    'test/parser-loading.test.ts',
    'test/races/running-deployer.test.ts',
    'test/create-at-once.test.ts',
  ],
  slow: ['test/deploy/*.test.ts'],
})
