import type { SystemHealth } from '@plataforma/core'
import type { SystemConfig } from '../../config/system-config.js'
import type { ServerDescription } from '../connection/read-server.js'
import type { ConnectionsDescription } from './read-connections.js'
import type { ModuleDescription } from './read-modules.js'

/** What `plataforma status` tells; with `--json` exactly this. */
export interface StatusReport {
  /** A file's path, or `DATABASE_URL`. */
  readonly configuration: string
  readonly mode: NonNullable<SystemConfig['mode']>
  readonly address: string
  readonly server: ServerDescription
  /** `false` until a system was initialized on the database. */
  readonly prepared: boolean
  readonly connections: ConnectionsDescription
  readonly logins: {
    readonly grade: 'shared' | 'dedicated'
    readonly modulesWithOwnLogin: number
  }
  readonly modules: readonly ModuleDescription[]
  readonly health: SystemHealth
}
