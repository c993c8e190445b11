import type { Dependency } from '../migration/dependency.js'
import type { Migration } from '../migration/migration.js'
import type { MigrationMetadata } from '../migration/migration-metadata.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type { MigrationPlan, PlanInput } from './migration-plan.js'
import { planMigrations } from './plan-migrations.js'

export interface Written {
  readonly version?: string
  readonly needs?: readonly string[]
  readonly repeatable?: boolean
  readonly pg?: string
  readonly checksum?: string
  readonly kind?: 'sql' | 'code'
}

function dependency(text: string): Dependency {
  const [, module = '', sign, rest] = /^([^@:]+)(?:([@:])(.+))?$/.exec(text) ?? []
  return {
    text,
    module,
    range: sign === '@' ? rest : undefined,
    name: sign === ':' ? rest : undefined,
  }
}

function split(id: string): readonly [string, string] {
  const at = id.indexOf(':')
  return [id.slice(0, at), id.slice(at + 1)]
}

/** A migration `module:NNN_name`, its file without SQL. */
export function written(id: string, options: Written = {}): Migration {
  const [module, name] = split(id)
  const kind = options.kind ?? 'sql'
  const header = { version: options.version, dependencies: options.needs }
  const metadata: MigrationMetadata = {
    version: options.version,
    dependencies: (options.needs ?? []).map(dependency),
    transaction: undefined,
    irreversible: false,
    lockTimeoutMs: undefined,
    statementTimeoutMs: undefined,
    repeatable: options.repeatable ?? false,
    rls: true,
    pg: options.pg,
  }
  return {
    module,
    name,
    kind,
    place: `migrations/${module}/${name}.${kind === 'sql' ? 'sql' : 'ts'}`,
    checksum: options.checksum ?? `sum of ${id}`,
    text: kind === 'sql' ? `-- @metadata ${JSON.stringify(header)}\nselect 1;\n` : undefined,
    metadata,
    code: () => Promise.reject(new Error('never run')),
  }
}

/** A file whose metadata nobody may read. */
export function unreadable(id: string, options: Written = {}): Migration {
  return Object.defineProperty({ ...written(id, options) }, 'metadata', {
    get: () => {
      throw new Error(`the metadata of ${id} was read`)
    },
  })
}

export function applied(id: string, options: Partial<MigrationRecord> = {}): MigrationRecord {
  const [module, name] = split(id)
  return {
    module,
    name,
    version: undefined,
    kind: 'sql',
    checksum: `sum of ${id}`,
    repeatable: false,
    dependencies: [],
    state: 'applied',
    position: 1,
    appliedAt: new Date('2026-01-01T00:00:00Z'),
    durationMs: 5,
    ...options,
  }
}

export function planned(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[] = [],
  options: Partial<PlanInput> = {},
): MigrationPlan {
  return planMigrations({
    migrations,
    records,
    outOfOrder: 'error',
    serverVersion: 180_004,
    ...options,
  })
}

/** `module:name` of each step. */
export function stepsOf(plan: MigrationPlan): string[] {
  return plan.steps.map(({ migration: { module, name } }) => `${module}:${name}`)
}

/** The error that a call throws. */
export function refusalOf(call: () => unknown): {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly details: Readonly<Record<string, unknown>>
} {
  try {
    call()
  } catch (error) {
    return error as ReturnType<typeof refusalOf>
  }
  throw new Error('nothing was refused')
}
