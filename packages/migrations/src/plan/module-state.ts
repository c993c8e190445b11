import type { Migration } from '../migration/migration.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type { PlanInput } from './migration-plan.js'

/** What there is and what is applied of one module. */
export interface ModuleState {
  readonly module: string
  readonly migrations: Migration[]
  readonly records: Map<string, MigrationRecord>
}

/** Migrations and records by their module. */
export function modulesOf(
  input: Pick<PlanInput, 'migrations' | 'records'>,
): ReadonlyMap<string, ModuleState> {
  const modules = new Map<string, ModuleState>()
  let last: ModuleState | undefined
  const stateOf = (module: string): ModuleState => {
    if (last?.module === module) return last
    last = modules.get(module)
    if (last === undefined) {
      last = { module, migrations: [], records: new Map() }
      modules.set(module, last)
    }
    return last
  }
  for (const migration of input.migrations) stateOf(migration.module).migrations.push(migration)
  for (const record of input.records) stateOf(record.module).records.set(record.name, record)
  return modules
}
