import pg from 'pg'

/** Turns the text of a value into what JavaScript gets, by the type's OID. */
export type ValueParsers = Readonly<Record<number, (text: string) => unknown>>

const DATE = 1082
const DATE_ARRAY = 1182

const asText = (text: string): string => text
const textArray = pg.types.getTypeParser(1009 as Parameters<typeof pg.types.getTypeParser>[0])

/** A calendar day has no time zone, so it stays text; int8 and numeric are text by `pg` already. */
const DEFAULTS: ValueParsers = { [DATE]: asText, [DATE_ARRAY]: textArray }

/** The one place that decides how values are read; generated row types follow it. */
export function typeParsers(overrides: ValueParsers = {}): pg.CustomTypesConfig {
  const parsers = { ...DEFAULTS, ...overrides }
  return {
    getTypeParser: ((oid: number, format: 'text' | 'binary') =>
      (format === 'text' ? parsers[oid] : undefined) ??
      pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
  }
}
