import { isChanged } from '../plan/changed-migrations.js'
import type { MigrationPlan, PlannedMigration } from '../plan/migration-plan.js'
import { runSchedule } from '../plan/schedule.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { type History, readHistory } from '../registry/read-history.js'
import type { RunMigration, RunReport } from '../system/migration-reports.js'
import { afterChanges, afterFailure, writeSnapshots } from './after-changes.js'
import { CommitUnknown } from './commit-unknown.js'
import { connectionLost } from './connection-lost.js'
import type { CallOptions, Engine } from './engine.js'
import type { MigrationSession } from './migration-session.js'
import { NewKeys } from './new-keys.js'
import { type CurrentPlan, planNow } from './plan-now.js'
import { runMigration } from './run-migration.js'
import { ScriptsAhead } from './scripts-ahead.js'
import { isCommitted } from './settle-commit.js'
import { undoMigration } from './undo-migration.js'
import { type Deployer, withDeployerLock } from './with-deployer-lock.js'
import { Workers } from './workers.js'
import { writeFailure } from './write-failure.js'

export interface DeployRequest extends CallOptions {
  /** All where it is left out. */
  readonly modules?: readonly string[]
}

/**
 * Runs what is pending. Where nothing is, it asks the registry one question and locks nothing.
 *
 * @throws PlataformaError `PLT_MIGRATION_…`
 */
export async function deploy(engine: Engine, request: DeployRequest): Promise<RunReport> {
  const start = performance.now()
  const { ground } = engine
  const { modules, signal } = request
  signal?.throwIfAborted()
  const applied: RunMigration[] = []
  const keys = new NewKeys(ground)
  let { plan } = await planNow(engine, ground.db, modules)
  try {
    while (plan.steps.length > 0) {
      // On connections of their own: afterwards ours may be the only one.
      for (const module of modulesOf(plan)) await ground.ensureModule(module)
      const isOver = await deployOnce(engine, { ...request, applied, plan, keys })
      if (isOver) break
      plan = (await planNow(engine, ground.db, modules)).plan
    }
  } catch (error) {
    // Nobody gets a report of a run that failed.
    for (const { message, remedy, module } of await keys.warnings().catch(() => [])) {
      ground.log('warn', message, { module, remedy })
    }
    await afterFailure(engine, changedModules(applied), request.onProgress)
    throw error
  }
  await afterChanges(engine, changedModules(applied), request.onProgress)
  const warnings = [...plan.warnings, ...(await keys.warnings())]
  const durationMs = performance.now() - start
  return { applied, modules: changedModules(applied), warnings, durationMs }
}

interface Deployment extends DeployRequest {
  readonly applied: RunMigration[]
  readonly plan: MigrationPlan
  readonly keys: NewKeys
}

/**
 * Whether all was done; not where a session was lost whose last transaction was committed, nor where
 * there is more to do by now than was planned.
 */
async function deployOnce(engine: Engine, deployment: Deployment): Promise<boolean> {
  const { modules, applied, keys, signal } = deployment
  try {
    return await withDeployerLock(engine, deployment, async (deployer) => {
      // Another process may have done some of it, or all, or undone more.
      const current = await planNow(engine, deployer.session.db, modules)
      const known = modulesOf(deployment.plan)
      // A module is made on another connection, which there may not be while this one is held.
      if ([...modulesOf(current.plan)].some((module) => !known.has(module))) return false
      await keys.begin(deployer.session.db, [...modulesOf(current.plan)])
      await runPlan(engine, deployer, { ...current, request: deployment, applied })
      return true
    })
  } catch (error) {
    if (!(error instanceof CommitUnknown)) throw error
    const { db } = engine.ground
    const { module, name } = error.lost
    if (!(await isCommitted(db, error, signal))) {
      throw connectionLost(error.cause, { module, name })
    }
    const { records } = await readHistory(db.withoutPlugins())
    const record = records.find((one) => one.module === module && one.name === name)
    if (record?.state === 'applied') {
      const { version = null, durationMs } = record
      applied.push({ module, name, version, durationMs })
    }
    return false
  }
}

interface PlanRun extends CurrentPlan {
  readonly request: DeployRequest
  readonly applied: RunMigration[]
}

async function runPlan(engine: Engine, deployer: Deployer, run: PlanRun): Promise<void> {
  const { plan, history, request, applied } = run
  const { session, context } = deployer
  const total = plan.steps.length
  context.onProgress({ kind: 'planned', total })
  if (total === 0) return
  const records = recordsOf(history)
  for (const step of plan.steps) {
    const record = records.get(keyOf(step.migration))
    await adoptIfEdited(engine, deployer, { ...step, record })
  }
  const scripts = new ScriptsAhead(plan.steps, engine)
  const workers = await Workers.open(engine, deployer, modulesOf(plan).size)
  try {
    await runSchedule(plan.steps, {
      parallel: workers.count,
      signal: request.signal,
      run: async (step, worker) => {
        const on = await workers.sessionFor(worker, step.migration.module)
        const record = records.get(keyOf(step.migration))
        const done = await runStep(on, deployer, {
          ...engine,
          step,
          record,
          total,
          applied,
          scripts,
        })
        applied.push(done)
      },
      leave: (module, worker) => workers.leave(worker, module),
    })
  } finally {
    await workers.close()
    await writeSnapshots(engine, session, { run: context.run, modules: changedModules(applied) })
  }
}

interface Step {
  readonly step: PlannedMigration
  readonly record: MigrationRecord | undefined
  readonly total: number
  readonly applied: readonly RunMigration[]
  readonly extensions: readonly string[]
  readonly scripts: ScriptsAhead
}

async function runStep(
  session: MigrationSession,
  { context }: Deployer,
  { step, record, total, applied, extensions, scripts }: Step,
): Promise<RunMigration> {
  const { module, name, metadata } = step.migration
  const version = metadata.version ?? null
  const kind = step.reason === 'resume' ? 'resumed' : 'started'
  context.onProgress({ kind, module, name, done: applied.length, total })
  try {
    if (record?.state === 'undoing') {
      await undoMigration(session, context, { record, file: step.migration, extensions })
    }
    const script = await scripts.of(step)
    const work =
      record?.state === 'undoing' ? { step: anew(step), record: undefined } : { step, record }
    const durationMs = await runMigration(session, context, { ...work, script })
    context.onProgress({
      kind: 'applied',
      module,
      name,
      done: applied.length + 1,
      total,
      durationMs,
    })
    return { module, name, version, durationMs }
  } catch (error) {
    if (error instanceof CommitUnknown) throw error
    await writeFailure(session, context, { module, name, error })
    throw connectionLost(error, { module, name })
  }
}

/** Its interrupted down was brought to an end: there is nothing of it. */
function anew(step: PlannedMigration): PlannedMigration {
  return { ...step, reason: 'new' }
}

/** What was begun with one text goes on with another only where the rest fits. */
async function adoptIfEdited(
  engine: Engine,
  deployer: Deployer,
  { migration, reason, record }: Pick<Step, 'record'> & PlannedMigration,
): Promise<void> {
  if (reason !== 'resume' || record?.state !== 'running' || !isChanged(migration, record)) return
  const { adoptEdited } = await import('./interrupted/adopt-edited.js')
  const { extensions } = engine
  await adoptEdited(deployer, { migration, record, extensions })
}

function modulesOf({ steps }: MigrationPlan): ReadonlySet<string> {
  return new Set(steps.map(({ migration }) => migration.module))
}

function changedModules(applied: readonly RunMigration[]): readonly string[] {
  return [...new Set(applied.map(({ module }) => module))]
}

function recordsOf({ records }: History): ReadonlyMap<string, MigrationRecord> {
  return new Map(records.map((record) => [keyOf(record), record]))
}

function keyOf({ module, name }: { readonly module: string; readonly name: string }): string {
  return `${module}:${name}`
}
