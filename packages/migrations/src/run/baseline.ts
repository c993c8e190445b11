import { PlataformaError } from '@plataforma/core'
import { isNumberOf } from '../migration/is-number-of.js'
import type { Migration } from '../migration/migration.js'
import { unknownModule } from '../plan/plan-refusals.js'
import { writeApplied } from '../registry/history-writes.js'
import { executeWrites } from '../registry/progress.js'
import { readHistory } from '../registry/read-history.js'
import type { BaselineReport } from '../system/migration-reports.js'
import { afterChanges, writeSnapshots } from './after-changes.js'
import { downTextOf } from './down-text.js'
import type { CallOptions, Engine } from './engine.js'
import { takeModules } from './take-lock.js'
import { type Deployer, withDeployerLock } from './with-deployer-lock.js'

/** What is recorded as applied. */
export interface BaselineRequest extends CallOptions {
  /** All modules where it is left out. */
  readonly module?: string
  /** Name or number of the last one that is recorded; all where it is left out. */
  readonly to?: string
}

/**
 * Records migrations as applied without running them: for a database that has their effect already.
 *
 * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND`, `PLT_OPTION_INVALID`
 */
export async function baseline(engine: Engine, request: BaselineRequest): Promise<BaselineReport> {
  const wanted = chosen(engine.list(), request)
  const modules = [...new Set(wanted.map(({ module }) => module))]
  for (const module of modules) await engine.ground.ensureModule(module)
  const report = await withDeployerLock(engine, request, async (deployer) => {
    const { session, context } = deployer
    await takeModules(session, new Set(modules), engine.lockWaitMs)
    const recorded = await record(engine, deployer, wanted)
    const changed = [...new Set(recorded.baselined.map(({ module }) => module))]
    await writeSnapshots(engine, session, { run: context.run, modules: changed })
    return recorded
  })
  const changed = [...new Set(report.baselined.map(({ module }) => module))]
  await afterChanges(engine, changed, request.onProgress)
  return report
}

async function record(
  engine: Engine,
  { session, context }: Deployer,
  wanted: readonly Migration[],
): Promise<BaselineReport> {
  const { records } = await readHistory(session.db)
  const known = new Set(records.map(({ module, name }) => `${module}:${name}`))
  const baselined: BaselineReport['baselined'][number][] = []
  for (const migration of wanted) {
    const { module, name, kind } = migration
    if (known.has(`${module}:${name}`)) continue
    if (kind === 'code') await migration.code()
    const downText = await downTextOf(migration, engine)
    const write = writeApplied({
      migration,
      downText,
      reason: 'new',
      run: context.run,
      durationMs: 0,
      event: 'baselined',
    })
    await executeWrites(session.db, write)
    baselined.push({ module, name, version: migration.metadata.version ?? null })
  }
  return { baselined }
}

function chosen(
  migrations: readonly Migration[],
  { module, to }: BaselineRequest,
): readonly Migration[] {
  if (module === undefined) {
    if (to === undefined) return migrations
    throw new PlataformaError('PLT_OPTION_INVALID', '`to` is a migration of one module.', {
      remedy: 'Give `module` as well.',
    })
  }
  const own = migrations.filter((migration) => migration.module === module)
  if (own.length === 0) throw unknownModule(module, new Set(migrations.map((one) => one.module)))
  if (to === undefined) return own
  const last = own.findIndex(({ name }) => name === to || isNumberOf(to, name))
  if (last >= 0) return own.slice(0, last + 1)
  throw new PlataformaError('PLT_MIGRATION_NOT_FOUND', `"${module}" has no migration "${to}".`, {
    module,
    remedy: `Its migrations: ${own.map(({ name }) => name).join(', ')}.`,
  })
}
