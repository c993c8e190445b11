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
  const kept: Record<string, SnapshotValue> = {}
  for (const key of Object.keys(value).sort()) {
    const one = canonicalValue((value as Readonly<Record<string, CatalogValue>>)[key] ?? null)
    if (one === undefined) continue
    // An object's name may be `__proto__`, which an assignment would not keep.
    if (key === '__proto__') Object.defineProperty(kept, key, { value: one, enumerable: true })
    else kept[key] = one
  }
  return Object.keys(kept).length === 0 ? undefined : kept
}
