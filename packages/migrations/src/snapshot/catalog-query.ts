import type { CatalogValue } from './canonical-value.js'

/** A query for objects of one kind; `spaces` in it are the schemas that are asked for. */
export interface CatalogQuery {
  readonly kind: string
  /** What the object belongs to: a table, a view or a role. */
  readonly relation: string
  readonly name: string
  /** SQL expressions by what they are called in the snapshot. */
  readonly fields: Readonly<Record<string, string>>
  /** Fields that few objects have: `when` tells cheaply which may. */
  readonly rare?: { readonly when: string; readonly fields: Readonly<Record<string, string>> }
  readonly from: string
}

/** The body is an array: the server takes longer for each value, and for keys, than to find them. */
export function queryText({ kind, relation, name, fields, rare, from }: CatalogQuery): string {
  const values = Object.values(fields)
  if (rare !== undefined) {
    const few = Object.values(rare.fields).join(',\n')
    values.push(`case when ${rare.when} then json_build_array(${few}) end`)
  }
  return `select '${kind}' as "kind", s.nspname::text as "schema", ${relation}::text as "relation",
  ${name}::text as "name", json_build_array(${values.join(',\n')})::text as "body"
${from.trim()}`
}

/** The fields of a body that are not null and not false, by their names. */
export function readBody(
  { fields, rare }: CatalogQuery,
  body: string,
): Record<string, CatalogValue> {
  const values: readonly CatalogValue[] = JSON.parse(body)
  const found: Record<string, CatalogValue> = {}
  const take = (names: readonly string[], from: readonly CatalogValue[]) => {
    names.forEach((name, n) => {
      const value = from[n] ?? null
      if (value !== null && value !== false) found[name] = value
    })
  }
  const names = Object.keys(fields)
  take(names, values)
  const few = values[names.length]
  if (rare !== undefined && Array.isArray(few)) take(Object.keys(rare.fields), few)
  return found
}
