import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config'

const conditions = ['plataforma-source']

const setup = (name: string) =>
  fileURLToPath(new URL(`packages/testkit/src/vitest/${name}.ts`, import.meta.url))

/** `npm test` adds up a JSON report of each package. */
function reporters(): ViteUserConfig['test'] {
  const folder = process.env.PLATAFORMA_TEST_REPORTS
  const name = process.env.npm_package_name?.replace('/', '+')
  if (!folder || !name) return {}
  return { reporters: ['default', ['json', { outputFile: `${folder}/${name}.json` }]] }
}

/** Whether another administrator, or another server too, than the usual is asked for. */
const isOtherAdministrator = process.env.PLATAFORMA_TEST_ADMINISTRATOR !== undefined
const isVariation = isOtherAdministrator || process.env.PLATAFORMA_TEST_POSTGRES !== undefined

export interface TestOptions {
  readonly redis?: boolean
  /** Files for which neither the server's version nor the administrator makes a difference. */
  readonly once?: readonly string[]
  /** Files that choose all their administrators themselves: which one is usual changes nothing. */
  readonly ownAdministrators?: readonly string[]
  /** Whether each file loads its modules anew: where tests change what belongs to the process. */
  readonly isolate?: boolean
  /** Files that take long: `npm run check:slow` runs them, once, and no other run does. */
  readonly slow?: readonly string[]
}

const isSlowRun = process.env.PLATAFORMA_TEST_SLOW === '1'

/** What all packages' tests have in common: they see each other's source and share servers. */
export function testConfig({
  redis = false,
  isolate = false,
  once = [],
  ownAdministrators = [],
  slow = [],
}: TestOptions = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      ...reporters(),
      // Their servers need the processors as well.
      maxWorkers: Math.max(2, availableParallelism()),
      // The files of a worker share its loaded modules: loading them costs more than most tests.
      isolate,
      restoreMocks: true,
      unstubEnvs: true,
      testTimeout: 60_000,
      hookTimeout: 120_000,
      // What is polled for comes late on a loaded machine, not never.
      expect: { poll: { timeout: 10_000 } },
      exclude: [
        ...configDefaults.exclude,
        ...(isVariation ? once : []),
        ...(isOtherAdministrator ? ownAdministrators : []),
        ...(isSlowRun ? [] : slow),
      ],
      include: isSlowRun ? [...slow] : ['**/src/**/*.test.ts', '**/test/**/*.test.ts'],
      globalSetup: [setup('postgres-setup'), ...(redis ? [setup('redis-setup')] : [])],
    },
  })
}
