import type { ResultShape } from './result-shape.js'

/** A statement's open result on the server, read in portions of `rows` rows. */
export class Portal {
  readonly name: string
  readonly rows: number
  exhausted = false
  /** Its columns; set once the portal is open. */
  shape: ResultShape | undefined

  constructor(name: string, rows: number) {
    this.name = name
    this.rows = rows
  }
}
