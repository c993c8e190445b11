import { setTimeout as delay } from 'node:timers/promises'
import { startContainer } from '../container/start-container.js'
import { redisCommand } from './redis-command.js'
import type { RedisOptions, RedisServer } from './redis-server.js'

const PORT = 6379

/** Runs Redis in a container: `PLATAFORMA_TEST_REDIS_IMAGE`, else `redis:7-alpine`. */
export async function startContainerRedis(options: RedisOptions): Promise<RedisServer> {
  const image = process.env.PLATAFORMA_TEST_REDIS_IMAGE ?? 'redis:7-alpine'
  const settings = Object.entries({ save: '', 'protected-mode': 'no', ...options.settings })
  const container = await startContainer({
    image,
    port: PORT,
    command: ['redis-server', ...settings.flatMap(([name, value]) => [`--${name}`, `${value}`])],
  })
  const { host, port, pause, resume } = container
  const untilReady = async (): Promise<void> => {
    // The published port opens before the server in the container does.
    while (!(await redisCommand(host, port, 'PING').catch(() => ''))) await delay(20)
  }
  await untilReady()
  const version = /v=([\d.]+)/.exec(await container.output(['redis-server', '--version']))?.[1]
  const stop = () => container.stop('SIGTERM')
  const start = async (): Promise<void> => {
    await container.start()
    await untilReady()
  }
  return {
    way: `container (${image})`,
    version: version ?? 'unknown',
    host,
    port,
    url: `redis://${host}:${port}`,
    stop,
    start,
    async restart() {
      await stop()
      await start()
    },
    pause,
    resume,
    close: container.remove,
    [Symbol.asyncDispose]: container.remove,
  }
}
