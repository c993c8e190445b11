import type { PluginContributions } from '../plugin/host.js'
import type { ComponentHealth } from '../plugin/plugin.js'
import type { Connections } from './connections.js'
import { overallOf, probe, type SystemHealth } from './health.js'

const DISABLED: ComponentHealth = { status: 'disabled' }

/** Asks the server and every plugin at once. */
export class DatabaseHealth {
  readonly #connections: Connections
  readonly #contributions: PluginContributions

  constructor(connections: Connections, contributions: PluginContributions) {
    this.#connections = connections
    this.#contributions = contributions
  }

  async check(): Promise<SystemHealth> {
    const probes = [...this.#contributions.probes]
    const [database, ...others] = await Promise.all([
      probe((signal) => this.#askDatabase(signal)),
      ...probes.map(([, ask]) => probe(ask)),
    ])
    const components = {
      redis: DISABLED,
      ...Object.fromEntries(probes.map(([name], index) => [name, others[index] ?? DISABLED])),
      database: database ?? DISABLED,
    }
    return { overall: overallOf(components), components, metrics: this.#metrics() }
  }

  async #askDatabase(signal: AbortSignal): Promise<ComponentHealth> {
    // Not by Kysely, which prints to the console when an aborted statement fails later.
    const session = await this.#connections.sessions.acquire({
      identity: { kind: 'administrator' },
      purpose: 'admin',
      access: 'read',
      signal,
    })
    try {
      await session.run([{ statements: [{ text: 'select 1' }] }], { signal })
      return { status: 'healthy' }
    } finally {
      session.release()
    }
  }

  #metrics(): SystemHealth['metrics'] {
    const collected = Object.assign(
      {},
      ...this.#contributions.collectors.map((collect) => collect()),
    )
    return {
      activeConnections: this.#connections.sessions.stats?.().active ?? 0,
      cacheHitRate: 0,
      ...collected,
    }
  }
}
