import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ComponentHealth } from '@plataforma/core'

const DEFAULT_PORT = 6379
const TIMEOUT_MS = 600

/**
 * Asks a Redis with one PING on a connection of its own, in the protocol's own words
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/), so that a system without a cache
 * needs no client for it.
 */
export class RedisProbe {
  readonly #url: string | undefined

  constructor(url: string | undefined) {
    this.#url = url
  }

  /** Never rejects; answers within 0.8 s. */
  async check(): Promise<ComponentHealth> {
    if (this.#url === undefined || this.#url === '') {
      const message = 'redisConfig.enabled is true, but redisConfig.url is not given'
      return { status: 'degraded', message }
    }
    const started = performance.now()
    const health = await this.#ask(new URL(this.#url))
    return { ...health, latencyMs: Math.round((performance.now() - started) * 10) / 10 }
  }

  #ask(url: URL): Promise<ComponentHealth> {
    const { promise, resolve } = Promise.withResolvers<ComponentHealth>()
    const host = url.hostname.replace(/^\[|\]$/g, '') || 'localhost'
    const address = { host, port: Number(url.port) || DEFAULT_PORT }
    const socket =
      url.protocol === 'rediss:' ? connectTls({ ...address, servername: host }) : connect(address)
    const end = (health: ComponentHealth) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(health)
    }
    const fail = (message: string) => end({ status: 'unhealthy', message })
    const timer = setTimeout(() => fail(`no answer within ${TIMEOUT_MS} ms`), TIMEOUT_MS)
    let received = ''
    socket.setEncoding('utf8').on('data', (text) => {
      received += text
      const replies = received.split('\r\n').slice(0, -1)
      const refusal = replies.find((reply) => reply.startsWith('-'))
      if (refusal !== undefined) fail(refusal.slice(1))
      else if (replies.includes('+PONG')) end({ status: 'healthy' })
    })
    socket.on('error', (error) => fail(reasonOf(error)))
    socket.on('close', () => fail('the connection was closed without an answer'))
    socket.write(commands(url))
    return promise
  }
}

function commands({ username, password }: URL): string {
  const [user, secret] = [username, password].map(decodeURIComponent)
  const login = secret ? [['AUTH', ...(user ? [user] : []), secret]] : []
  return [...login, ['PING']].map(encode).join('')
}

/** An array of bulk strings. */
function encode(words: readonly string[]): string {
  const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${bulks.join('')}`
}

/** An AggregateError of several addresses has no message of its own. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  return first instanceof Error ? first.message : String(first)
}
