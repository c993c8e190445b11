import { dropsPreparedStatements, parseCommandTag } from './command-tag.js'
import { Exchange } from './exchange.js'
import { noteFailedSegment } from './failed-segment.js'
import { MessageWriter } from './message-writer.js'
import type { PgClient } from './pg-internals.js'
import type { Portal } from './portal.js'
import type { PreparedStatements } from './prepared-statements.js'
import { type FieldDescription, ResultShape } from './result-shape.js'
import { Step } from './step.js'
import type { WireResult, WireStatement } from './wire-statement.js'

export interface BatchStatement extends WireStatement {
  /** Read in portions, from a portal that stays open until its transaction ends. */
  readonly portal?: Portal
}

export interface BatchSegment {
  readonly statements: readonly BatchStatement[]
}

/** Statements by the extended protocol, one Sync per segment. */
export class Batch extends Exchange<readonly (readonly WireResult[])[]> {
  readonly #prepared: PreparedStatements
  readonly #source: readonly BatchSegment[]
  #segments: Step[][] = []
  #segment = 0
  #step = 0
  #parsed = 0
  #failedName: string | undefined
  #mended = false

  constructor(client: PgClient, prepared: PreparedStatements, source: readonly BatchSegment[]) {
    super(client)
    this.#prepared = prepared
    this.#source = source
  }

  /** ParseComplete: `pg` would credit the first one to the whole batch. */
  handleParseComplete(): void {
    const steps = this.#segments[this.#segment] ?? []
    while (this.#parsed < steps.length) {
      const step = steps[this.#parsed++]
      if (!step?.parses) continue
      if (step.name !== undefined) step.prepared = this.#prepared.confirm(step.name)
      return
    }
  }

  handleRowDescription(message: { fields: readonly FieldDescription[] }): void {
    const step = this.#currentStep()
    if (step !== undefined) step.shape = new ResultShape(message.fields, this.client._types)
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const step = this.#currentStep()
    if (step?.shape === undefined || this.abandoned || this.failed) return
    try {
      step.result.rows.push(step.shape.row(message.fields))
    } catch (error) {
      this.fail(error)
    }
  }

  handlePortalSuspended(): void {
    this.#currentStep()?.finish(false)
    this.#step++
  }

  handleCommandComplete(message: { text: string }): void {
    const step = this.#currentStep()
    this.#step++
    if (step === undefined) return
    const { command, rowCount } = parseCommandTag(message.text)
    step.result.command = command
    step.result.rowCount = rowCount
    step.finish(true)
    if (dropsPreparedStatements(message.text)) this.#prepared.forgetAll()
  }

  handleEmptyQuery(): void {
    this.#currentStep()?.finish(true)
    this.#step++
  }

  /**
   * The server waits for data and has swallowed the Sync that follows, if nothing else does. What
   * else follows it takes for a broken protocol and ends the session by itself.
   */
  handleCopyInResponse(): void {
    const { stream } = this.client.connection
    const isLast = this.#step + 1 === this.#segments[this.#segment]?.length
    if (!isLast) return
    if (this.#segment + 1 < this.#segments.length) {
      stream.destroy()
      return
    }
    const writer = new MessageWriter()
    writer.copyFail('No source stream defined')
    writer.sync()
    stream.write(writer.take())
  }

  override handleError(error: Error): void {
    if (!this.failed) this.#failedName = this.#currentStep()?.name
    noteFailedSegment(error, this.#segment)
    super.handleError(error)
  }

  protected prepare(): void {
    this.#segment = 0
    this.#step = 0
    this.#parsed = 0
    this.#segments = []
    for (const { statements } of this.#source) {
      const steps: Step[] = []
      this.#segments.push(steps)
      for (const statement of statements) steps.push(this.#plan(statement))
    }
  }

  protected write(writer: MessageWriter): void {
    this.#prepared.writeClosing(writer)
    for (const steps of this.#segments) {
      for (const step of steps) step.write(writer)
      writer.sync()
    }
  }

  protected expectsMore(): boolean {
    this.#segment++
    this.#step = 0
    this.#parsed = 0
    return this.#segment < this.#segments.length
  }

  protected result(): readonly (readonly WireResult[])[] {
    return this.#segments.map((steps) => steps.map((step) => step.result))
  }

  /** Only where nothing of the batch has taken effect: it was rolled back as a whole. */
  protected mend(failure: Error): boolean {
    const name = this.#failedName
    if (name === undefined || !this.#prepared.mend(failure, name) || this.#mended) return false
    this.#mended = true
    return this.#segments.length === 1 && this.client._txStatus === 'I'
  }

  #plan(statement: BatchStatement): Step {
    const name = this.#prepared.nameFor(statement)
    if (name === undefined) return new Step(statement, undefined, true)
    const prepared = this.#prepared.get(name)
    if (prepared !== undefined) return new Step(statement, name, false, prepared)
    const parsedIn = this.#segments.findIndex((steps) => steps.some((step) => step.name === name))
    if (parsedIn === -1) return new Step(statement, name, true)
    // An earlier segment's Parse may fail without this one hearing of it.
    if (parsedIn < this.#segments.length - 1) return new Step(statement, undefined, true)
    return new Step(statement, name, false)
  }

  #currentStep(): Step | undefined {
    return this.#segments[this.#segment]?.[this.#step]
  }
}
