import { escapeLiteral } from 'pg'

/** A value of a parameter as SQL has it: texts, numbers, booleans, lists of texts and NULL. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]::text[]`
  return escapeLiteral(String(value))
}
