import pg from 'pg'
import { ArrayTypes, textArray } from './array-types.js'

/** Turns the text of a value into what JavaScript gets, by the type's OID. */
export type ValueParsers = Readonly<Record<number, (text: string) => unknown>>

const DATE = 1082
const DATE_ARRAY = 1182

const asText = (text: string): string => text

/** A calendar day has no time zone, so it stays text; int8 and numeric are text by `pg` already. */
const DEFAULTS: ValueParsers = { [DATE]: asText, [DATE_ARRAY]: textArray }

/** OIDs from here on are not PostgreSQL's own. */
const FIRST_OWN_OID = 16_384

/** The one place that decides how values are read; generated row types follow it. */
export function typeParsers(
  overrides: ValueParsers = {},
  arrays: ArrayTypes = new ArrayTypes(),
): pg.CustomTypesConfig {
  const parsers = { ...DEFAULTS, ...overrides }
  const parserOf = (oid: number): ((text: string) => unknown) => {
    const given = parsers[oid]
    if (given !== undefined) return given
    // Asked for each value: a type may become known after its statement was prepared.
    if (oid >= FIRST_OWN_OID) return (text) => arrays.read(oid, text, parserOf)
    return pg.types.getTypeParser(oid, 'text')
  }
  return {
    getTypeParser: ((oid: number, format: 'text' | 'binary') =>
      format === 'text'
        ? parserOf(oid)
        : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
  }
}
