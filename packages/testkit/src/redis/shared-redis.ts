import type { RedisServer } from './redis-server.js'

/** What test files need to know of the one Redis of a test run. */
export type SharedRedis = Pick<RedisServer, 'way' | 'version' | 'host' | 'port' | 'url'>

const VARIABLE = 'PLATAFORMA_TESTKIT_REDIS'

/** Makes a server the one that test files and their child processes share. */
export function shareRedis(server: RedisServer): void {
  const { way, version, host, port, url } = server
  process.env[VARIABLE] = JSON.stringify({ way, version, host, port, url })
}

/**
 * The Redis of this test run; `undefined` where no way to one was left.
 *
 * @example
 * const redis = sharedRedis()
 * describe.skipIf(!redis)('with Redis', () => {})
 */
export function sharedRedis(): SharedRedis | undefined {
  const facts = process.env[VARIABLE]
  return facts ? JSON.parse(facts) : undefined
}
