import { NOTHING, placeOf, type TableContents } from './table-contents.js'

/** Where what is seen is not what is there, in words; nothing where all of it is equal. */
export function differences(
  expected: readonly TableContents[],
  seen: readonly TableContents[],
): string[] {
  const unseen = new Map(expected.map((contents) => [placeOf(contents), contents]))
  const found: string[] = []
  for (const contents of seen) {
    const place = placeOf(contents)
    // A table in which nobody wrote is in no group of the auditor's.
    const truth = unseen.get(place) ?? { rows: 0, fingerprint: NOTHING }
    unseen.delete(place)
    if (truth.rows !== contents.rows) {
      found.push(`${place}: ${contents.rows} rows seen, ${truth.rows} expected`)
    } else if (truth.fingerprint !== contents.fingerprint) {
      found.push(`${place}: ${contents.rows} rows seen, but others than expected`)
    }
  }
  for (const [place, { rows }] of unseen) found.push(`${place}: 0 rows seen, ${rows} expected`)
  return found
}
