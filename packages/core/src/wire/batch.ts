import { parseCommandTag } from './command-tag.js'
import type { PgClient, PgWire } from './pg-internals.js'
import { prepareValue, type WireValue } from './prepare-value.js'
import type { PreparedStatements } from './prepared-statements.js'
import { type FieldDescription, ResultShape } from './result-shape.js'

export interface BatchStatement {
  readonly text: string
  readonly values: readonly unknown[]
  /** Prepared under this name and kept; unnamed without. */
  readonly name: string | undefined
}

export interface BatchResult {
  command: string
  rowCount: number
  rows: Record<string, unknown>[]
}

interface Step {
  readonly statement: BatchStatement
  readonly values: readonly WireValue[]
  readonly parses: boolean
  shape: ResultShape | undefined
  readonly result: BatchResult
}

/** The statement that failed in `segment`, or nothing where the connection itself was lost. */
export interface BatchFailure {
  readonly error: Error
  readonly segment: number
  readonly statement: BatchStatement | undefined
  readonly connectionLost: boolean
}

export interface BatchOutcome {
  readonly results: readonly (readonly BatchResult[])[]
  readonly failure: BatchFailure | undefined
}

/**
 * Statements by the extended protocol in one write, one Sync per segment. `pg` routes the server's
 * answers here; ParseComplete comes by `handleParseComplete`, because the client would credit the
 * first one to the whole batch.
 */
export class Batch {
  readonly #client: PgClient
  readonly #prepared: PreparedStatements
  readonly #segments: readonly (readonly Step[])[]
  readonly #settle: (outcome: BatchOutcome) => void
  #segment = 0
  #step = 0
  #parsed = 0
  #failedSegment = -1
  #failure: BatchFailure | undefined
  #settled = false

  constructor(
    client: PgClient,
    options: {
      readonly prepared: PreparedStatements
      readonly segments: readonly (readonly BatchStatement[])[]
      readonly settle: (outcome: BatchOutcome) => void
    },
  ) {
    this.#client = client
    this.#prepared = options.prepared
    this.#settle = options.settle
    const parsing = new Set<string>()
    this.#segments = options.segments.map((statements) =>
      statements.map((statement) => this.#planStep(statement, parsing)),
    )
  }

  #planStep(statement: BatchStatement, parsing: Set<string>): Step {
    const { name } = statement
    // Values are turned into wire values before anything is sent, so that one that cannot be
    // (a circular object, say) fails the call and not half a batch.
    const values = statement.values.map(prepareValue)
    const result: BatchResult = { command: '', rowCount: 0, rows: [] }
    if (name === undefined) return { statement, values, parses: true, shape: undefined, result }
    if (this.#prepared.has(name)) {
      const shape = this.#prepared.shapeOf(name)
      return { statement, values, parses: false, shape, result }
    }
    const parses = !parsing.has(name)
    parsing.add(name)
    return { statement, values, parses, shape: undefined, result }
  }

  submit(wire: PgWire): null {
    wire.stream.cork()
    for (const name of this.#prepared.takeEvicted()) wire.close({ type: 'S', name })
    for (const steps of this.#segments) {
      for (const step of steps) sendStep(wire, step)
      wire.sync()
    }
    wire.stream.uncork()
    return null
  }

  handleParseComplete(): void {
    const steps = this.#segments[this.#segment] ?? []
    while (this.#parsed < steps.length) {
      const step = steps[this.#parsed++] as Step
      if (!step.parses) continue
      if (step.statement.name !== undefined) this.#prepared.confirm(step.statement.name)
      return
    }
  }

  handleRowDescription(message: { fields: readonly FieldDescription[] }): void {
    const step = this.#currentStep()
    if (step === undefined) return
    step.shape = new ResultShape(message.fields, this.#client._types)
    if (step.statement.name !== undefined) {
      this.#prepared.describe(step.statement.name, step.shape)
    }
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const step = this.#currentStep()
    if (step?.shape === undefined || this.#failedSegment === this.#segment) return
    try {
      step.result.rows.push(step.shape.row(message.fields))
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)), false)
    }
  }

  handleCommandComplete(message: { text: string }): void {
    const step = this.#currentStep()
    if (step === undefined) return
    const { command, rowCount } = parseCommandTag(message.text)
    step.result.command = command
    step.result.rowCount = rowCount
    this.#finishStep(step)
  }

  handleEmptyQuery(): void {
    const step = this.#currentStep()
    if (step !== undefined) this.#finishStep(step)
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: { sendCopyFail(message: string): void }): void {
    wire.sendCopyFail('COPY FROM STDIN is not offered here')
  }

  handleCopyData(): void {}

  handleError(error: Error): void {
    const fromServer = isServerError(error)
    this.#fail(error, !fromServer)
    if (!fromServer) {
      this.#finish()
      return
    }
    // `pg` lets go of a query at its first error; the Syncs that follow are still ours.
    this.#client._activeQuery = this
  }

  handleReadyForQuery(): void {
    this.#segment++
    this.#step = 0
    this.#parsed = 0
    if (this.#segment >= this.#segments.length) {
      this.#finish()
      return
    }
    this.#client._activeQuery = this
    this.#client.readyForQuery = false
  }

  #currentStep(): Step | undefined {
    return this.#segments[this.#segment]?.[this.#step]
  }

  #finishStep(step: Step): void {
    const { name } = step.statement
    if (step.shape === undefined && name !== undefined) {
      this.#prepared.describe(name, ResultShape.none)
    }
    this.#step++
  }

  #fail(error: Error, connectionLost: boolean): void {
    this.#failedSegment = this.#segment
    this.#failure ??= {
      error,
      segment: this.#segment,
      statement: this.#currentStep()?.statement,
      connectionLost,
    }
  }

  #finish(): void {
    if (this.#settled) return
    this.#settled = true
    this.#settle({
      results: this.#segments.map((steps) => steps.map((step) => step.result)),
      failure: this.#failure,
    })
  }
}

function sendStep(wire: PgWire, step: Step): void {
  const { statement, shape } = step
  const name = statement.name ?? ''
  if (step.parses) wire.parse({ name, text: statement.text, types: [] })
  wire.bind({
    portal: '',
    statement: name,
    values: step.values,
    binary: false,
  })
  if (shape === undefined) wire.describe({ type: 'P', name: '' })
  wire.execute({ portal: '', rows: 0 })
}

/** The server's ErrorResponse has a severity; errors of the socket have none. */
function isServerError(error: Error): boolean {
  return 'severity' in error && 'code' in error && error.severity !== undefined
}
