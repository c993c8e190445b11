import type { PlanReport } from '../system/migration-reports.js'
import { tellChanges } from './changed-text.js'
import type { Engine } from './engine.js'
import type { HalfDoneFinding, HalfDoneQuestion } from './interrupted/read-half-done.js'
import { planNow } from './plan-now.js'

/**
 * What a run would do, and how far those came that it goes on with.
 *
 * @throws PlataformaError as a run would before its first migration
 */
export async function planReport(
  engine: Engine,
  modules: readonly string[] | undefined,
): Promise<PlanReport> {
  const { ground, extensions } = engine
  const { plan, history, migrations } = await planNow(engine, ground.db, modules)
  const resumed = new Set(
    plan.steps.flatMap(({ migration, reason }) => (reason === 'resume' ? [keyOf(migration)] : [])),
  )
  const found = await halfDoneOf(engine, {
    migrations,
    records: history.records.filter((record) => resumed.has(keyOf(record))),
    rules: { ground, extensions },
  })
  for (const { refusal } of found) {
    if (refusal !== undefined) throw await tellChanges(refusal, migrations, ground.db)
  }
  const halfDone = new Map(found.map(({ record, report }) => [keyOf(record), report]))
  return {
    steps: plan.steps.map(({ migration, reason }) => {
      const { module, name, metadata, place } = migration
      const half = halfDone.get(keyOf(migration))
      const version = metadata.version ?? null
      return { module, name, version, reason, place, ...(half && { halfDone: half }) }
    }),
    warnings: plan.warnings,
  }
}

async function halfDoneOf(
  { ground }: Engine,
  question: HalfDoneQuestion,
): Promise<readonly HalfDoneFinding[]> {
  if (question.records.length === 0) return []
  const { readHalfDone } = await import('./interrupted/read-half-done.js')
  return await readHalfDone(ground.db.withoutPlugins(), question)
}

function keyOf({ module, name }: { readonly module: string; readonly name: string }): string {
  return `${module}:${name}`
}
