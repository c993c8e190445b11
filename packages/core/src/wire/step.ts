import { PlataformaError } from '../error/plataforma-error.js'
import type { BatchStatement } from './batch.js'
import type { MessageWriter } from './message-writer.js'
import type { Portal } from './portal.js'
import { prepareValue, type WireValue } from './prepare-value.js'
import type { PreparedStatement } from './prepared-statements.js'
import { ResultShape } from './result-shape.js'
import { assertSendable } from './sendable-text.js'

/** Bind counts parameters by an unsigned Int16. */
const MOST_PARAMETERS = 65_535

/** One statement of a batch: how it is sent, and what comes of it. */
export class Step {
  readonly name: string | undefined
  readonly parses: boolean
  prepared: PreparedStatement | undefined
  shape: ResultShape | undefined
  readonly result = { command: '', rowCount: 0, rows: [] as Record<string, unknown>[] }
  readonly #text: string
  readonly #values: readonly WireValue[]
  readonly #portal: Portal | undefined
  readonly #isOpen: boolean

  /** @throws PlataformaError `PLT_STATEMENT_INVALID`; whatever a value throws when it is read */
  constructor(
    { text, values = [], portal }: BatchStatement,
    name: string | undefined,
    parses: boolean,
    prepared?: PreparedStatement,
  ) {
    if (values.length > MOST_PARAMETERS) throw tooManyParameters(values.length)
    this.#isOpen = portal?.shape !== undefined
    this.#text = text
    this.#values = values.map(prepareValue)
    this.#portal = portal
    this.name = name
    this.parses = parses && !this.#isOpen
    this.prepared = prepared
    this.shape = portal?.shape ?? prepared?.shape
    if (this.parses) assertSendable(text)
  }

  write(writer: MessageWriter): void {
    const statement = this.name ?? ''
    const portal = this.#portal?.name ?? ''
    if (this.parses) writer.parse(statement, this.#text)
    if (!this.#isOpen) {
      writer.bind(portal, statement, this.#values)
      if (this.shape === undefined) writer.describePortal(portal)
    }
    writer.execute(portal, this.#portal?.rows ?? 0)
  }

  /** `exhausted` unless its portal has more rows to give. */
  finish(exhausted: boolean): void {
    const shape = this.shape ?? ResultShape.none
    if (this.prepared !== undefined) this.prepared.shape ??= shape
    if (this.#portal === undefined) return
    this.#portal.shape = shape
    this.#portal.exhausted = exhausted
  }
}

function tooManyParameters(count: number): PlataformaError {
  return new PlataformaError(
    'PLT_STATEMENT_INVALID',
    `A statement has ${count} parameters; PostgreSQL's protocol takes no more than ${MOST_PARAMETERS}.`,
    { remedy: 'Send arrays instead (`unnest`, `= any($1)`), or several statements.' },
  )
}
