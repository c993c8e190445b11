import type { SnapshotValue } from './schema-snapshot.js'

/** What a catalog query gives for an object. */
export type CatalogValue =
  | string
  | number
  | boolean
  | null
  | readonly CatalogValue[]
  | { readonly [key: string]: CatalogValue }

/** Without what is null, false or empty, keys sorted by code unit; elements of arrays all stay. */
export function canonicalValue(value: CatalogValue): SnapshotValue | undefined {
  if (value === null || value === false) return undefined
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((one) => canonicalValue(one) ?? '')
  }
  const entries = Object.entries(value).flatMap(([key, one]): [string, SnapshotValue][] => {
    const kept = canonicalValue(one)
    return kept === undefined ? [] : [[key, kept]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries.sort(byKey))
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
