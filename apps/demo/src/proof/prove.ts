import type pg from 'pg'
import type { World } from '../world/world.js'
import { auditedContents } from './audited-contents.js'
import { type Consistency, checkConsistency } from './consistency.js'
import { type AttemptOutcome, tryToCross } from './crossing-attempt.js'
import { crossingAttempts } from './crossing-attempts.js'
import { differences } from './differences.js'
import { type ModuleSize, moduleSizes } from './module-sizes.js'
import { moduleTables } from './module-tables.js'
import { type VisibleContentsOptions, visibleContents } from './visible-contents.js'

/** What is proved, and who knows the truth. */
export interface ProveOptions extends Omit<VisibleContentsOptions, 'tenants' | 'tables'> {
  readonly worlds: readonly World[]
  readonly auditor: pg.Client
}

/** How what the tenants see compares with what is there. */
export interface IsolationProof {
  /** How many tables of tenants were compared. */
  readonly compared: number
  readonly differences: readonly string[]
}

/** What was proved. */
export interface Proofs {
  readonly modules: readonly ModuleSize[]
  readonly attempts: readonly AttemptOutcome[]
  readonly isolation: IsolationProof
  readonly consistency: readonly Consistency[]
}

/** Tries to cross first, then counts: what an attempt had changed would show. */
export async function prove(options: ProveOptions): Promise<Proofs> {
  const { system, modules, worlds, auditor } = options
  const [intruder, victim] = worlds
  if (!intruder || !victim) throw new Error('It takes two companies to cross from one to another.')

  const attempts: AttemptOutcome[] = []
  for (const attempt of crossingAttempts({ system, modules, world: intruder }, victim)) {
    attempts.push(await tryToCross(attempt))
  }
  const tables = await moduleTables(auditor)
  const audited = await auditedContents(auditor, tables)
  const tenants = worlds.map(({ tenant }) => tenant)
  const seen = await visibleContents({ ...options, tenants, tables })
  return {
    modules: moduleSizes(tables, audited),
    attempts,
    isolation: { compared: seen.length, differences: differences(audited, seen) },
    consistency: await checkConsistency(auditor),
  }
}

/** Whether all of it holds. */
export function proofsHold({ attempts, isolation, consistency }: Proofs): boolean {
  return (
    attempts.every((attempt) => attempt.held) &&
    isolation.compared > 0 &&
    isolation.differences.length === 0 &&
    consistency.every((invariant) => invariant.violations === 0)
  )
}
