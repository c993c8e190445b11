import type { Finding } from '@plataforma/core'
import type { SystemConfig } from '../../config/system-config.js'
import { RedisProbe } from '../../redis/redis-probe.js'

/** Whether an enabled Redis answers. */
export async function redisFindings({ redisConfig }: SystemConfig): Promise<readonly Finding[]> {
  if (!redisConfig?.enabled) return []
  const { status, message } = await new RedisProbe(redisConfig.url).check()
  if (status === 'healthy') return [{ id: 'redis', grade: 'ok', message: 'Redis answers.' }]
  return [
    {
      id: 'redis',
      grade: 'warning',
      message: `Redis does not answer: ${message}.`,
      remedy: 'Correct redisConfig.url or start the server, or set redisConfig.enabled: false.',
    },
  ]
}
