import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const conditions = ['plataforma-source']

/** What every package's tests have in common: packages see each other's source, one PostgreSQL. */
export function testConfig(): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      testTimeout: 30_000,
      hookTimeout: 60_000,
      include: ['**/src/**/*.test.ts', '**/test/**/*.test.ts'],
      globalSetup: [
        fileURLToPath(new URL('packages/testkit/src/vitest/global-setup.ts', import.meta.url)),
      ],
    },
  })
}
