import { isNumberOf } from '../migration/is-number-of.js'
import type { Migration } from '../migration/migration.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type { ModuleState } from './module-state.js'
import { modulesOf } from './module-state.js'
import { needsAttention } from './plan-findings.js'
import { unknownModule } from './plan-refusals.js'
import { type Dependent, dependentsOf } from './rollback-dependents.js'
import {
  dependedOn,
  interrupted,
  invalidTarget,
  irreversible,
  missingCode,
  notApplied,
} from './rollback-refusals.js'

/** How far to go back: to a migration that stays, or by a count. */
export interface RollbackTarget {
  readonly module: string
  /** Name or number of the migration that stays as the last one; `0` for none. */
  readonly to?: string | undefined
  /** How many migrations, repeatable ones not counted, are undone. */
  readonly steps?: number | undefined
}

export interface RollbackInput {
  readonly migrations: readonly Migration[]
  readonly records: readonly MigrationRecord[]
  readonly target: RollbackTarget
  /** Names in this module of which the registry knows that they cannot be undone. */
  readonly irreversible: ReadonlySet<string>
}

/**
 * What a rollback undoes, in the reverse of the order in which it was applied. A repeatable
 * migration stays, unless no other one of its module does, or its own dependencies name one that
 * goes; it runs again with the next migrations then. With more `steps` than are applied, all go.
 *
 * @returns the records to undo, first to last; none where there is nothing to undo
 * @throws PlataformaError `PLT_OPTION_INVALID`, `PLT_MIGRATION_DEPENDED_ON`,
 *   `PLT_MIGRATION_IRREVERSIBLE`, `PLT_MIGRATION_NEEDS_ATTENTION`, `PLT_MIGRATION_NOT_FOUND`
 */
export function planRollback(input: RollbackInput): readonly MigrationRecord[] {
  const { target } = input
  const modules = modulesOf(input)
  const state = modules.get(target.module)
  if (state === undefined) throw unknownModule(target.module, modules.keys())
  const applied = [...state.records.values()].sort((a, b) => b.position - a.position)
  refuseUnfinished(applied)
  const ordinary = applied.filter(({ repeatable }) => !repeatable)
  const going = new Set(chosen(ordinary, target, state))
  if (going.size === 0) return []
  const repeatable = applied.filter((record) => record.repeatable)
  if (going.size === ordinary.length) for (const record of repeatable) going.add(record)
  const dependents = followRepeatable(going, modules, target.module)
  if (dependents.length > 0) throw dependedOn(target.module, dependents)
  const records = applied.filter((record) => going.has(record))
  refuseUnable(records, state, input.irreversible)
  return records
}

function refuseUnfinished(records: readonly MigrationRecord[]): void {
  const stuck = records.filter(({ state }) => state === 'needs-attention')
  if (stuck.length > 0) throw needsAttention(stuck)
  const running = records.find(({ state }) => state === 'running')
  if (running !== undefined) throw interrupted(running)
}

/** @param ordinary - the last applied first */
function chosen(
  ordinary: readonly MigrationRecord[],
  target: RollbackTarget,
  state: ModuleState,
): readonly MigrationRecord[] {
  const { to, steps } = target
  if (steps !== undefined && to === undefined) {
    if (!Number.isSafeInteger(steps) || steps < 1) throw invalidTarget(target)
    return ordinary.slice(0, steps)
  }
  if (to === undefined || steps !== undefined) throw invalidTarget(target)
  const stays = ordinary.findIndex(
    ({ name, state: is }) => is === 'applied' && (name === to || isNumberOf(to, name)),
  )
  if (stays >= 0) return ordinary.slice(0, stays)
  if (/^0+$/.test(to)) return ordinary
  throw notApplied(target.module, to, state)
}

/** Adds repeatable ones of the module that depend on what goes; gives all other dependents. */
function followRepeatable(
  going: Set<MigrationRecord>,
  modules: ReadonlyMap<string, ModuleState>,
  module: string,
): readonly Dependent[] {
  for (;;) {
    const dependents = dependentsOf(going, modules, module)
    const own = dependents.filter(({ record }) => record.module === module && record.repeatable)
    if (own.length === 0) return dependents
    for (const { record } of own) going.add(record)
  }
}

function refuseUnable(
  records: readonly MigrationRecord[],
  { migrations }: ModuleState,
  unable: ReadonlySet<string>,
): void {
  const final = records.filter(({ name }) => unable.has(name))
  if (final.length > 0) throw irreversible(final)
  const code = new Set(migrations.filter(({ kind }) => kind === 'code').map(({ name }) => name))
  const gone = records.filter(({ kind, name }) => kind === 'code' && !code.has(name))
  if (gone.length > 0) throw missingCode(gone)
}
