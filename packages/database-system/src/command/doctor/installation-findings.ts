import {
  DEVELOPMENT_SECRET,
  type Finding,
  findingsForMode,
  ModuleIsolationManager,
} from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { SystemConfig } from '../../config/system-config.js'

/** Roles, logins, policies and grants, as core looks at them; changes nothing. */
export async function installationFindings(
  db: Kysely<unknown>,
  config: SystemConfig,
): Promise<readonly Finding[]> {
  const { mode = 'production', rolePrefix, tenantColumn } = config
  const manager = await ModuleIsolationManager.open({
    db,
    secret: (config.secret ?? process.env.PLATAFORMA_SECRET) || DEVELOPMENT_SECRET,
    login: config.isolation?.login ?? 'shared',
    ...(rolePrefix === undefined ? {} : { rolePrefix }),
    ...(tenantColumn === undefined ? {} : { tenantColumn }),
  })
  return findingsForMode(await manager.inspectInstallation(), mode)
}
