import { closest, distance } from 'fastest-levenshtein'

/** ` Did you mean "nome"?` where a known name is near, else nothing. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known]
  if (names.length === 0) return ''
  const nearest = closest(name.toLowerCase(), names)
  const limit = Math.max(1, Math.floor(name.length / 3))
  const far = distance(name.toLowerCase(), nearest.toLowerCase())
  // A name of one letter is near every other one, and has nothing in common with it.
  return far <= limit && far < name.length ? ` Did you mean "${nearest}"?` : ''
}
