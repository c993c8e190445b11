import { createServer } from 'node:net'
import { sharedRedis, startTcpProxy } from '@plataforma/testkit'
import { describe, expect, it } from 'vitest'
import { RedisProbe } from './redis-probe.js'

const redis = sharedRedis()

describe('RedisProbe', () => {
  it('is degraded without an address', async () => {
    expect(await new RedisProbe(undefined).check()).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('redisConfig.url'),
    })
  })

  it('tells why nothing can be reached', async () => {
    await using server = await listening()
    const { port } = server
    await server[Symbol.asyncDispose]()
    expect(await new RedisProbe(`redis://127.0.0.1:${port}`).check()).toMatchObject({
      status: 'unhealthy',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('gives up within a second when nobody answers', async () => {
    await using server = await listening()
    const started = performance.now()
    const health = await new RedisProbe(`redis://127.0.0.1:${server.port}`).check()
    expect(health).toMatchObject({ status: 'unhealthy', message: 'no answer within 600 ms' })
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

describe.skipIf(!redis)('RedisProbe on a real Redis', () => {
  it('is healthy', async () => {
    const health = await new RedisProbe(redis?.url).check()
    expect(health).toEqual({ status: 'healthy', latencyMs: expect.any(Number) })
  })

  it('tells that the password is refused', async () => {
    const url = new URL(redis?.url ?? '')
    url.password = 'wrong'
    expect(await new RedisProbe(url.href).check()).toMatchObject({
      status: 'unhealthy',
      message: expect.stringMatching(/AUTH|WRONGPASS/),
    })
  })

  it('notices a server that stopped answering', async () => {
    const { hostname, port } = new URL(redis?.url ?? '')
    await using proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    proxy.blackHole('toClient')
    expect(await new RedisProbe(proxy.url(redis?.url ?? '')).check()).toMatchObject({
      status: 'unhealthy',
    })
  })
})

async function listening() {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  }
}
