import { DEVELOPMENT_SECRET, type Finding, ModuleIsolationManager } from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { SystemConfig } from '../../config/system-config.js'

type Mode = NonNullable<SystemConfig['mode']>

/** What is as it should be in development, and weaker than it should be in production. */
const GRADES: Readonly<Record<Mode, Readonly<Record<string, Finding['grade']>>>> = {
  development: { 'development-secret': 'info' },
  production: { 'development-secret': 'error', 'login-grade': 'warning' },
}

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
  const findings = await manager.inspectInstallation()
  return findings.map((one) => ({ ...one, grade: GRADES[mode][one.id] ?? one.grade }))
}
