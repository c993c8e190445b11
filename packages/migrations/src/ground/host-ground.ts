import { moduleSchema, type PluginHost } from '@plataforma/core'
import type { Ground } from './ground.js'
import { openHandle } from './open-handle.js'

export interface HostGroundOptions {
  /** An address of the administrator that leads past a transaction-mode pooler. */
  readonly directUrl?: string | undefined
  /** Modules that migrate at the same time. */
  readonly parallel?: number
}

/**
 * A system of isolated modules: migrations run as the owner of their module, and what they make is
 * protected.
 *
 * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`
 */
export async function openHostGround(
  host: PluginHost,
  { directUrl, parallel }: HostGroundOptions = {},
): Promise<Ground> {
  const own = directUrl === undefined ? undefined : await openHandle(directUrl, { parallel })
  return {
    db: own?.db ?? host.admin,
    isPooled: async () => own?.isPooled ?? host.isPooled,
    tenantColumn: host.tenantColumn,
    log: host.log,
    isIsolated: true,
    schemaOf: moduleSchema,
    modules: async () => (await host.modules.list()).map(({ name }) => name),
    async ensureModule(module) {
      await host.modules.create(module)
    },
    settingsFor: (module, session) => host.modules.ownerSettings(module, session),
    ensureTable: ({ module, table, rls }, session) =>
      host.ensureTable({ module, table }, session, { rls }),
    releaseStatement: (change) => host.releaseStatement(change),
    releaseTable: (table, session) => host.releaseTable(table, session),
    keysAcrossTenants: (modules, session) => host.keysAcrossTenants(modules, session),
    openParents: (modules, session) => host.openParents(modules, session),
    moduleChanged: (module) => host.secureModule(module),
    close: async () => own?.close(),
  }
}
