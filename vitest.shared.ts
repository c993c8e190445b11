import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const conditions = ['plataforma-source']

const setup = (name: string) =>
  fileURLToPath(new URL(`packages/testkit/src/vitest/${name}.ts`, import.meta.url))

/** What all packages' tests have in common: they see each other's source and share servers. */
export function testConfig({ redis = false } = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      testTimeout: 30_000,
      hookTimeout: 60_000,
      include: ['**/src/**/*.test.ts', '**/test/**/*.test.ts'],
      globalSetup: [setup('postgres-setup'), ...(redis ? [setup('redis-setup')] : [])],
    },
  })
}
