/** A query for objects of one kind; `spaces` in it are the schemas that are asked for. */
export interface CatalogQuery {
  readonly kind: string
  /** What the object belongs to: a table, a view or a role. */
  readonly relation: string
  readonly name: string
  /** SQL expressions by what they are called in the snapshot. */
  readonly fields: Readonly<Record<string, string>>
  readonly from: string
}

/** The body is an array: keys in every row would cost the server half of its time. */
export function queryText({ kind, relation, name, fields, from }: CatalogQuery): string {
  const values = Object.values(fields).join(',\n')
  return `select '${kind}' as "kind", s.nspname::text as "schema", ${relation}::text as "relation",
  ${name}::text as "name", json_build_array(${values})::text as "body"
${from.trim()}`
}
