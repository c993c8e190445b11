export interface FieldDescription {
  readonly name: string
  readonly dataTypeID: number
  readonly format?: 'text' | 'binary'
}

export type TypeParsers = {
  getTypeParser(oid: number, format: 'text'): (text: string) => unknown
}

/** Names and parsers of a statement's columns; turns the wire's texts into one row object. */
export class ResultShape {
  static readonly none = new ResultShape([], { getTypeParser: () => (text) => text })

  readonly #names: readonly string[]
  readonly #parsers: readonly ((text: string) => unknown)[]
  readonly #empty: Readonly<Record<string, unknown>>

  constructor(fields: readonly FieldDescription[], types: TypeParsers) {
    this.#names = fields.map((field) => field.name)
    this.#parsers = fields.map((field) => types.getTypeParser(field.dataTypeID, 'text'))
    const empty: Record<string, unknown> = {}
    for (const name of this.#names) empty[name] = null
    this.#empty = empty
  }

  row(texts: readonly (string | null)[]): Record<string, unknown> {
    const row: Record<string, unknown> = { ...this.#empty }
    for (let index = 0; index < texts.length; index++) {
      const text = texts[index]
      if (text === null || text === undefined) {
        // A later column of the same name hides an earlier one, as in `pg`.
        row[this.#names[index] as string] = null
        continue
      }
      const parse = this.#parsers[index] as (text: string) => unknown
      row[this.#names[index] as string] = parse(text)
    }
    return row
  }
}
