import { dropsPreparedStatements, parseCommandTag } from './command-tag.js'
import { Exchange } from './exchange.js'
import { MessageWriter } from './message-writer.js'
import type { PgClient } from './pg-internals.js'
import type { PreparedStatements } from './prepared-statements.js'
import { type FieldDescription, ResultShape } from './result-shape.js'
import { assertSendable } from './sendable-text.js'
import type { WireResult } from './wire-statement.js'

/** A text of one or more statements by the simple protocol. */
export class Script extends Exchange<readonly WireResult[]> {
  readonly #prepared: PreparedStatements
  readonly #text: string
  readonly #results: WireResult[] = []
  #shape = ResultShape.none
  #rows: Record<string, unknown>[] = []

  constructor(client: PgClient, prepared: PreparedStatements, text: string) {
    super(client)
    this.#prepared = prepared
    this.#text = text
  }

  handleParseComplete(): void {}

  handleRowDescription(message: { fields: readonly FieldDescription[] }): void {
    this.#shape = new ResultShape(message.fields, this.client._types)
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    if (this.abandoned || this.failed) return
    try {
      this.#rows.push(this.#shape.row(message.fields))
    } catch (error) {
      this.fail(error)
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.#results.push({ ...parseCommandTag(message.text), rows: this.#rows })
    this.#rows = []
    if (dropsPreparedStatements(message.text)) this.#prepared.forgetAll()
  }

  handleEmptyQuery(): void {
    this.#results.push({ command: '', rowCount: 0, rows: [] })
  }

  handleCopyInResponse(): void {
    const writer = new MessageWriter()
    writer.copyFail('No source stream defined')
    this.client.connection.stream.write(writer.take())
  }

  protected prepare(): void {
    assertSendable(this.#text)
  }

  protected write(writer: MessageWriter): void {
    writer.query(this.#text)
  }

  protected expectsMore(): boolean {
    return false
  }

  protected result(): readonly WireResult[] {
    return this.#results
  }

  protected mend(): boolean {
    return false
  }
}
