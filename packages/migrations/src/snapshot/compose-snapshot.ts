import { type CatalogValue, canonicalValue } from './canonical-value.js'
import { grants } from './grants.js'
import type { SchemaSnapshot, SnapshotObjects, SnapshotValue } from './schema-snapshot.js'
import { hashOfCanonical } from './snapshot-hash.js'

/** A row of the catalog queries. */
export interface CatalogObject {
  readonly kind: string
  readonly schema: string
  /** The table or view that it belongs to, or the role of default privileges. */
  readonly relation: string
  readonly name: string
  readonly body: Body
}

type Body = Record<string, CatalogValue>

/** Where the parts of a relation stand in it. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ['column', 'columns'],
  ['constraint', 'constraints'],
  ['index', 'indexes'],
  ['trigger', 'triggers'],
  ['policy', 'policies'],
  ['rule', 'rules'],
  ['statistics', 'statistics'],
])

const RELATION_KINDS: ReadonlyMap<string, string> = new Map([
  ['r', 'table'],
  ['p', 'partitioned table'],
  ['f', 'foreign table'],
  ['v', 'view'],
  ['m', 'materialized view'],
])

/** The snapshot of one schema, from the rows that are about it. */
export function schemaSnapshot(schema: string, rows: readonly CatalogObject[]): SchemaSnapshot {
  const objects = rows.map((row) => ({ ...row, body: bodyOf(row) }))
  const byKind = Map.groupBy(objects, ({ kind }) => kind)
  const named = (kind: string) =>
    objectsOf((byKind.get(kind) ?? []).map(({ name, body }) => [name, body]))
  const all = relations(objects)
  const isView = ({ kind }: Body) => kind === 'view' || kind === 'materialized view'
  const contents = {
    format: 1,
    schema,
    properties: objectsOf([
      ...Object.entries(byKind.get('schema')?.[0]?.body ?? {}),
      ['defaultPrivileges', defaultPrivileges(byKind.get('default privileges') ?? [])],
    ]),
    tables: objectsOf(all.filter(([, body]) => !isView(body))),
    views: objectsOf(all.filter(([, body]) => isView(body))),
    sequences: named('sequence'),
    functions: named('function'),
    types: named('type'),
  } as const
  return { ...contents, hash: hashOfCanonical(contents) }
}

function relations(objects: readonly CatalogObject[]): readonly [string, Body][] {
  const found = new Map<string, Body>()
  for (const { kind, relation, body } of objects) {
    if (kind === 'relation') found.set(relation, body)
  }
  const parts = objects.filter(({ kind }) => PARTS.has(kind))
  for (const [relation, own] of Map.groupBy(parts, (part) => part.relation)) {
    const body = found.get(relation)
    // Parts of an extension's table.
    if (body === undefined) continue
    body.columnOrder = takeColumnOrder(own)
    for (const [kind, some] of Map.groupBy(own, (part) => part.kind)) {
      const entries = some.map(({ name, body: part }): [string, CatalogValue] => [name, part])
      body[PARTS.get(kind) ?? kind] = Object.fromEntries(entries)
    }
  }
  return [...found]
}

/** The columns' numbers have gaps where columns were dropped, so they do not stay in the bodies. */
function takeColumnOrder(parts: readonly CatalogObject[]): readonly string[] {
  const numbers = new Map<string, number>()
  for (const { kind, name, body } of parts) {
    if (kind !== 'column') continue
    numbers.set(name, Number(body.number))
    delete body.number
  }
  return [...numbers].sort(([, a], [, b]) => a - b).map(([name]) => name)
}

function defaultPrivileges(rows: readonly CatalogObject[]): CatalogValue {
  const byRole = Map.groupBy(rows, ({ relation }) => relation)
  const entries = Array.from(byRole, ([role, own]): [string, CatalogValue] => [
    role,
    Object.fromEntries(own.map(({ name, body }) => [name, body.grants ?? null])),
  ])
  return Object.fromEntries(entries)
}

/** The body with its grants readable. */
function bodyOf({ kind, body: { acl, every, ...rest } }: CatalogObject): Body {
  if (kind === 'relation') rest.kind = RELATION_KINDS.get(String(rest.kind)) ?? rest.kind ?? null
  if (!Array.isArray(acl)) return rest
  const items = (value: CatalogValue | undefined) => (Array.isArray(value) ? value.map(String) : [])
  const owner = typeof rest.owner === 'string' ? rest.owner : undefined
  return { ...rest, grants: grants(items(acl), items(every), owner) }
}

function objectsOf(entries: readonly (readonly [string, CatalogValue])[]): SnapshotObjects {
  const all = canonicalValue(Object.fromEntries(entries)) as
    | Record<string, SnapshotValue>
    | undefined
  return all ?? {}
}
