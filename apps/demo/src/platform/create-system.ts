import { fileURLToPath } from 'node:url'
import { createPlatformaDatabaseSystem, DEVELOPMENT_CONFIG } from '@plataforma/database-system'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Where the system finds its servers. */
export interface SystemServers {
  readonly connectionString: string
  readonly redisUrl?: string
}

/** The platform's database system. */
export type DemoSystem = ReturnType<typeof createSystem>

/** Makes it: every module with a login of its own, no call without a tenant. */
export function createSystem(servers: SystemServers) {
  const { connectionString, redisUrl } = servers
  return createPlatformaDatabaseSystem({
    ...DEVELOPMENT_CONFIG,
    connectionString,
    redisConfig: { url: redisUrl, enabled: redisUrl !== undefined },
    isolation: { login: 'dedicated' },
    tenantContext: 'required',
    // 22 modules with a login each share 64 connections: who needs them has them.
    poolConfig: { min: 0, max: 4 },
    pool: { budget: 64 },
    // Their row types are part of the repository: `generated/database`.
    migrations: { directory: MIGRATIONS, types: false },
  })
}
