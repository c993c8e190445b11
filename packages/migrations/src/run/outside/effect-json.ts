import type { OutsideEffect } from '../../script/migration-script.js'

/** The fields of each kind; optional ones are left out of the JSON where they are `undefined`. */
const FIELDS = {
  'create-index': { schema: 'optional', table: 'text', index: 'text' },
  'drop-index': { schema: 'optional', index: 'text', ifExists: 'boolean' },
  reindex: { target: 'text', schema: 'optional', name: 'text' },
  'detach-partition': {
    schema: 'optional',
    table: 'text',
    partitionSchema: 'optional',
    partition: 'text',
  },
  repeatable: {},
  unknown: {},
} as const satisfies Record<
  OutsideEffect['kind'],
  Readonly<Record<string, 'text' | 'optional' | 'boolean'>>
>

/** The effect as the registry keeps it: JSON text. */
export function effectToJson(effect: OutsideEffect): string {
  return JSON.stringify(effect)
}

/** The effect out of the registry; what an unlike version wrote is `unknown`. */
export function effectFromJson(value: unknown): OutsideEffect {
  const read: unknown = typeof value === 'string' ? JSON.parse(value) : value
  const record = typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {}
  const kind = String(record.kind)
  if (!Object.hasOwn(FIELDS, kind)) return { kind: 'unknown' }
  const effect: Record<string, unknown> = { kind }
  for (const [name, type] of Object.entries(FIELDS[kind as OutsideEffect['kind']])) {
    const given = record[name] ?? undefined
    if (!fits(given, type)) return { kind: 'unknown' }
    effect[name] = given
  }
  return effect as OutsideEffect
}

function fits(value: unknown, type: 'text' | 'optional' | 'boolean'): boolean {
  if (type === 'boolean') return typeof value === 'boolean'
  return typeof value === 'string' || (type === 'optional' && value === undefined)
}
