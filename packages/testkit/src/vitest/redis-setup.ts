import { provideRedis } from './provide-redis.js'

/** One Redis for a whole vitest run; where there is none, its tests are skipped, but not in CI. */
export function setup(): Promise<(() => Promise<void>) | undefined> {
  return provideRedis()
}
