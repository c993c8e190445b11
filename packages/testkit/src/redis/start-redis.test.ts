import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { redisCommand } from './redis-command.js'
import { sharedRedis } from './shared-redis.js'
import { startRedis } from './start-redis.js'

const shared = sharedRedis()

describe.skipIf(!shared)('with Redis', () => {
  test('a test run shares one', async () => {
    if (!shared) return
    expect(await redisCommand(shared.host, shared.port, 'PING')).toBe('+PONG\r\n')
  })

  test('one of our own stops, starts on the same port, pauses and closes', async () => {
    const redis = await startRedis({ settings: { maxmemory: '10mb' } })
    if (!redis) throw new Error('There was one for the test run.')
    const ask = (command: string) => redisCommand(redis.host, redis.port, command)
    expect(await ask('CONFIG GET maxmemory')).toContain('10485760')
    await redis.stop()
    await expect(ask('PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await redis.start()
    await redis.pause()
    const answer = ask('PING')
    expect(await Promise.race([answer, delay(150, 'silence')])).toBe('silence')
    await redis.resume()
    expect(await answer).toBe('+PONG\r\n')
    await redis.close()
    await expect(ask('PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
