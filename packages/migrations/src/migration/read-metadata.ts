import { shownValue, suggestion } from '@plataforma/core'
import { invalidMigration } from '../place/invalid-migration.js'
import type { TextPlace } from '../place/text-place.js'
import { isRange, semanticVersion } from '../version/version-range.js'
import type { Dependency } from './dependency.js'
import type { JsonPath } from './json-offset.js'
import type { MigrationMetadata } from './migration-metadata.js'
import { parseDependency } from './parse-dependency.js'
import { timeoutMs } from './timeout.js'

/** Metadata as somebody wrote them, and how to point into them. */
export interface WrittenMetadata {
  readonly module: string
  readonly name: string
  readonly value: unknown
  placeOf(path: JsonPath): TextPlace
}

/** What each key takes: `undefined` where a value does not fit, and words that say what would. */
const KEYS = {
  version: [version, 'a version of three numbers, such as "1.2.0"'],
  dependencies: [list, 'a list of texts, such as ["auth", "auth@>=1.2.0", "auth:003_add_x"]'],
  transaction: [truth, 'true or false'],
  irreversible: [truth, 'true or false'],
  lockTimeout: [
    (value: unknown) => timeoutMs(value) || undefined,
    'whole milliseconds or a text such as "500ms", "5s" or "2min", above zero',
  ],
  statementTimeout: [
    timeoutMs,
    'whole milliseconds or a text such as "500ms", "5s" or "2min"; 0 is no limit',
  ],
  repeatable: [truth, 'true or false'],
  rls: [truth, 'true or false'],
  pg: [range, 'a range of server versions, such as ">=16"'],
} as const

const NONE: MigrationMetadata = {
  version: undefined,
  dependencies: [],
  transaction: undefined,
  irreversible: false,
  lockTimeoutMs: undefined,
  statementTimeoutMs: undefined,
  repeatable: false,
  rls: true,
  pg: undefined,
}

/** What a migration is that says nothing of itself. */
export const NO_METADATA: MigrationMetadata = Object.freeze(NONE)

/**
 * Metadata out of what was written.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export function readMetadata(written: WrittenMetadata): MigrationMetadata {
  const values = membersOf(written)
  const read = <Key extends keyof typeof KEYS>(key: Key) => {
    const value = values.get(key)
    if (value === undefined) return undefined
    const [take, expected] = KEYS[key]
    const taken = take(value) as ReturnType<(typeof KEYS)[Key][0]> | undefined
    if (taken !== undefined) return taken
    throw refused(written, [key], {
      message: `"${key}" cannot be ${shownValue(value)}.`,
      remedy: `Write ${expected}.`,
    })
  }
  return {
    version: read('version'),
    dependencies: (read('dependencies') ?? []).map((text, index) =>
      dependency(written, text, index),
    ),
    transaction: read('transaction'),
    irreversible: read('irreversible') ?? NONE.irreversible,
    lockTimeoutMs: read('lockTimeout'),
    statementTimeoutMs: read('statementTimeout'),
    repeatable: read('repeatable') ?? NONE.repeatable,
    rls: read('rls') ?? NONE.rls,
    pg: read('pg'),
  }
}

function membersOf(written: WrittenMetadata): ReadonlyMap<string, unknown> {
  const { value } = written
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(written, [], {
      message: 'Metadata are an object.',
      remedy: 'Write them as {"version": "1.0.0", "dependencies": []}.',
    })
  }
  const known = Object.keys(KEYS)
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw refused(written, [key], {
      message: `"${key}" is no key of metadata.${suggestion(key, known)}`,
      remedy: `Use only ${known.join(', ')}.`,
    })
  }
  try {
    return new Map(Object.entries(value))
  } catch (cause) {
    throw refused(written, [], {
      message: `Metadata cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: 'Write plain values, no getters.',
      cause,
    })
  }
}

function dependency(written: WrittenMetadata, text: string, index: number): Dependency {
  try {
    return parseDependency(text)
  } catch (error) {
    const { message } = error as Error
    throw refused(written, ['dependencies', index], {
      message: `The dependency "${text}" cannot be read: ${message}`,
      remedy: 'Write "auth", "auth@>=1.2.0" or "auth:003_add_x".',
      cause: error,
    })
  }
}

function refused(
  written: WrittenMetadata,
  path: JsonPath,
  why: { readonly message: string; readonly remedy: string; readonly cause?: unknown },
) {
  const { module, name } = written
  return invalidMigration(written.placeOf(path), { module, name, ...why })
}

function version(value: unknown): string | undefined {
  return typeof value === 'string' ? semanticVersion(value) : undefined
}

function range(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && isRange(value) ? value : undefined
}

function truth(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function list(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : undefined
}
