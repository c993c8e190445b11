import pg from 'pg'

/** An array type that is not PostgreSQL's own, and what decides how its elements are read. */
export interface ArrayType {
  readonly oid: number
  /** Domains resolved. */
  readonly element: number
}

/** Parser of `text[]`: takes quotes, NULL and dimensions apart. */
export const textArray = pg.types.getTypeParser(
  1009 as Parameters<typeof pg.types.getTypeParser>[0],
) as (text: string) => unknown

type Parser = (text: string) => unknown

/** Arrays of enums, domains and types of extensions: their OIDs differ from database to database. */
export class ArrayTypes {
  #elements: ReadonlyMap<number, number> = new Map()

  learn(types: readonly ArrayType[]): void {
    this.#elements = new Map(types.map(({ oid, element }) => [oid, element]))
  }

  /** Reads a value of the type, element by element; as text where it is no array that is known. */
  read(oid: number, text: string, parserOf: (oid: number) => Parser): unknown {
    const element = this.#elements.get(oid)
    if (element === undefined) return text
    return readElements(textArray(text), parserOf(element))
  }
}

function readElements(value: unknown, parse: Parser): unknown {
  if (Array.isArray(value)) return value.map((one) => readElements(one, parse))
  return typeof value === 'string' ? parse(value) : value
}
