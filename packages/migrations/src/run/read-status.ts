import { moduleSchema, type OpenParent } from '@plataforma/core'
import { unknownModule } from '../plan/plan-refusals.js'
import { readHistory } from '../registry/read-history.js'
import type { ModuleReport } from '../system/migration-reports.js'
import { moduleStatus } from '../system/module-status.js'
import type { Engine } from './engine.js'
import { readHalfDone } from './interrupted/read-half-done.js'
import { loadPendingCode } from './plan-now.js'
import { unprotectedTables } from './unprotected-tables.js'

/**
 * How the migrations of one module stand, or of every module that has some, by its name; writes
 * nothing.
 *
 * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND` for a module that nobody knows,
 * `PLT_MIGRATION_INVALID`
 */
export async function readStatus(
  { ground, list, extensions }: Pick<Engine, 'ground' | 'list' | 'extensions'>,
  module?: string,
): Promise<readonly ModuleReport[]> {
  const migrations = list()
  const db = ground.db.withoutPlugins()
  const history = await readHistory(db)
  await loadPendingCode(migrations, history)
  const { records } = history
  const all = new Set([...migrations, ...records].map((one) => one.module))
  const modules = module === undefined ? [...all].sort() : [module]
  if (module !== undefined && !all.has(module)) {
    // A misspelled one would be current for ever.
    const made = await ground.modules()
    if (!made.includes(module)) throw unknownModule(module, new Set([...all, ...made]))
  }
  const keys = await ground.keysAcrossTenants(modules, db)
  const parents = await ground.openParents(modules, db)
  const wanted = new Set(modules)
  const found = await readHalfDone(db, {
    migrations,
    records: records.filter((record) => wanted.has(record.module)),
    rules: { ground, extensions },
  })
  const statuses: ModuleReport[] = []
  for (const one of modules) {
    const open = parents.filter((parent) => parent.module === one)
    const unprotected = [
      ...new Set([...(await unprotectedTables(ground, one)), ...open.map(nameOf)]),
    ]
    const own = found.filter(({ record }) => record.module === one)
    const halfDone = new Map(own.map(({ record, report }) => [record.name, report]))
    statuses.push(moduleStatus({ module: one, migrations, records, unprotected, keys, halfDone }))
  }
  return statuses
}

function nameOf({ module, parentSchema, parent }: OpenParent): string {
  return parentSchema === moduleSchema(module) ? parent : `${parentSchema}.${parent}`
}
