import type { Dependency } from '../migration/dependency.js'
import { parseDependency } from '../migration/parse-dependency.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { higherVersion, isInRange } from '../version/version-range.js'
import type { ModuleState } from './module-state.js'

/** An applied migration that stays, and what it depends on that would go. */
export interface Dependent {
  readonly record: MigrationRecord
  /** As written in its metadata. */
  readonly dependency: string
  readonly on: readonly MigrationRecord[]
}

/** Which migrations that stay depend on some that go, in the order in which they were applied. */
export function dependentsOf(
  going: ReadonlySet<MigrationRecord>,
  modules: ReadonlyMap<string, ModuleState>,
  module: string,
): readonly Dependent[] {
  const found: Dependent[] = []
  const version = versionWithout(going, modules.get(module))
  for (const { records } of modules.values()) {
    for (const record of records.values()) {
      if (going.has(record)) continue
      for (const dependency of record.dependencies) {
        // Most of thousands of dependencies are on other modules: they need not be parsed.
        if (!dependency.startsWith(module)) continue
        const parsed = parseDependency(dependency)
        if (parsed.module !== module) continue
        const on = neededOf(parsed, record, { going, version })
        if (on.length > 0) found.push({ record, dependency, on })
      }
    }
  }
  return found.sort((a, b) => a.record.position - b.record.position)
}

interface Rest {
  readonly going: ReadonlySet<MigrationRecord>
  /** Of the module, once they are gone. */
  readonly version: string | undefined
}

function neededOf(
  { name, range }: Dependency,
  { position }: MigrationRecord,
  { going, version }: Rest,
): readonly MigrationRecord[] {
  const all = [...going]
  if (name !== undefined) return all.filter((record) => record.name === name)
  if (range !== undefined && version !== undefined && isInRange(version, range)) return []
  // What came to the module later was not there when the dependency was met.
  return all.filter((record) => !record.repeatable && record.position < position)
}

function versionWithout(
  going: ReadonlySet<MigrationRecord>,
  state: ModuleState | undefined,
): string | undefined {
  let version: string | undefined
  for (const record of state?.records.values() ?? []) {
    if (!going.has(record)) version = higherVersion(version, record.version)
  }
  return version
}
