import { closest, distance } from 'fastest-levenshtein'

/** ` Did you mean "nome"?` where a known name is near, else nothing. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known]
  if (names.length === 0) return ''
  const nearest = closest(name.toLowerCase(), names)
  const limit = Math.max(1, Math.floor(name.length / 3))
  return distance(name.toLowerCase(), nearest.toLowerCase()) <= limit
    ? ` Did you mean "${nearest}"?`
    : ''
}
