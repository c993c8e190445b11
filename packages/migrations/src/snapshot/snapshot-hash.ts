import { createHash } from 'node:crypto'
import { canonicalValue } from './canonical-value.js'
import type { SchemaSnapshot, SnapshotObjects } from './schema-snapshot.js'

/** The hash of a snapshot's contents, in whatever order its keys come back from where it was kept. */
export function snapshotHash(contents: Omit<SchemaSnapshot, 'hash'>): string {
  const { format, schema, properties, tables, views, sequences, functions, types } = contents
  const hashed = canonicalValue({
    format,
    schema,
    properties,
    tables: withoutOrder(tables),
    views: withoutOrder(views),
    sequences,
    functions,
    types,
  })
  return createHash('sha256').update(JSON.stringify(hashed)).digest('hex')
}

function withoutOrder(relations: SnapshotObjects): SnapshotObjects {
  const entries = Object.entries(relations).map(([name, relation]) => {
    if (typeof relation !== 'object' || !('columnOrder' in relation)) return [name, relation]
    const { columnOrder: _, ...rest } = relation
    return [name, rest]
  })
  return Object.fromEntries(entries)
}
