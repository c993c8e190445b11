import type { RedisServer } from './redis-server.js'

/** A server that somebody else runs: used as it is, never stopped or restarted. */
export function useExternalRedis(url: string): RedisServer {
  const { hostname, port } = new URL(url)
  const refuse = async (): Promise<never> => {
    throw new Error('The server of REDIS_URL is not ours to stop, restart or pause.')
  }
  const close = async (): Promise<void> => {}
  return {
    way: 'external (REDIS_URL)',
    version: 'unknown',
    host: hostname,
    port: Number(port || 6379),
    url,
    start: close,
    stop: refuse,
    restart: refuse,
    pause: refuse,
    resume: refuse,
    close,
    [Symbol.asyncDispose]: close,
  }
}
