import { readHistory } from '../registry/read-history.js'
import type { ModuleStatus } from '../system/migration-reports.js'
import { moduleStatus } from '../system/module-status.js'
import type { Engine } from './engine.js'
import { loadPendingCode } from './plan-now.js'
import { unprotectedTables } from './unprotected-tables.js'

/**
 * How the migrations of one module stand, or of every module that has some, by its name; writes
 * nothing.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export async function readStatus(
  { ground, list }: Pick<Engine, 'ground' | 'list'>,
  module?: string,
): Promise<readonly ModuleStatus[]> {
  const migrations = list()
  const db = ground.db.withoutPlugins()
  const history = await readHistory(db)
  await loadPendingCode(migrations, history)
  const { records } = history
  const all = new Set([...migrations, ...records].map((one) => one.module))
  const modules = module === undefined ? [...all].sort() : [module]
  const keys = await ground.keysAcrossTenants(modules, db)
  const statuses: ModuleStatus[] = []
  for (const one of modules) {
    const unprotected = await unprotectedTables(ground, one)
    statuses.push(moduleStatus({ module: one, migrations, records, unprotected, keys }))
  }
  return statuses
}
