import { PlataformaError } from '../error/plataforma-error.js'

export interface FieldDescription {
  readonly name: string
  readonly dataTypeID: number
}

export type TypeParsers = {
  getTypeParser(oid: number, format: 'text'): (text: string) => unknown
}

type Row = Record<string, unknown>

/** Names and parsers of a statement's columns; turns the wire's texts into one row object. */
export class ResultShape {
  static readonly none = new ResultShape([], { getTypeParser: () => (text) => text })

  readonly #names: readonly string[]
  readonly #parsers: readonly ((text: string) => unknown)[]
  readonly #empty: Readonly<Row>

  constructor(fields: readonly FieldDescription[], types: TypeParsers) {
    this.#names = fields.map((field) => field.name)
    this.#parsers = fields.map((field) => types.getTypeParser(field.dataTypeID, 'text'))
    // Without a prototype, so that a column may be called `__proto__`.
    const empty: Row = Object.create(null)
    for (const name of this.#names) empty[name] = null
    this.#empty = { ...empty }
  }

  /** Of columns that share a name the last one stays, as in `pg`. */
  row(texts: readonly (string | null)[]): Row {
    if (texts.length !== this.#names.length) throw otherColumns(this.#names.length, texts.length)
    const row: Row = { ...this.#empty }
    for (let index = 0; index < texts.length; index++) {
      const text = texts[index] as string | null
      row[this.#names[index] as string] =
        text === null ? null : (this.#parsers[index] as (text: string) => unknown)(text)
    }
    return row
  }
}

function otherColumns(expected: number, got: number): PlataformaError {
  return new PlataformaError(
    'PLT_INTERNAL',
    `A row of ${got} columns came for a statement that was described with ${expected}.`,
  )
}
