import { createHash } from 'node:crypto'
import { canonicalValue } from './canonical-value.js'
import type { SchemaSnapshot, SnapshotObjects } from './schema-snapshot.js'

/** The hash of a snapshot's contents, in whatever order its keys come back from where it was kept. */
export function snapshotHash(contents: Omit<SchemaSnapshot, 'hash'>): string {
  const { format, schema, properties, tables, views, sequences, functions, types } = contents
  const parts = { properties, tables, views, sequences, functions, types }
  return hashOfCanonical({
    format,
    schema,
    ...mapped(parts, (objects) => canonicalValue(objects) ?? {}),
  } as Omit<SchemaSnapshot, 'hash'>)
}

/** The same where every key stands in its place already. */
export function hashOfCanonical(contents: Omit<SchemaSnapshot, 'hash'>): string {
  const { format, schema, properties, tables, views, sequences, functions, types } = contents
  const hashed = [
    format,
    schema,
    properties,
    withoutOrder(tables),
    withoutOrder(views),
    sequences,
    functions,
    types,
  ]
  return createHash('sha256').update(JSON.stringify(hashed)).digest('hex')
}

function withoutOrder(relations: SnapshotObjects): SnapshotObjects {
  return mapped(relations, (relation) => {
    if (typeof relation !== 'object' || !('columnOrder' in relation)) return relation
    const { columnOrder: _, ...rest } = relation
    return rest
  })
}

function mapped<In, Out>(record: Readonly<Record<string, In>>, each: (value: In) => Out) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, each(value)]))
}
