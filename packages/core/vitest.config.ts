import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['plataforma-source'] },
  ssr: { resolve: { conditions: ['plataforma-source'] } },
  test: { testTimeout: 30_000, hookTimeout: 60_000, include: ['**/src/**/*.test.ts', '**/test/**/*.test.ts'] },
})
