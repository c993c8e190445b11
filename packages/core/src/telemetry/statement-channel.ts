import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import { isServerError } from '../error/server-error.js'
import type { StatementResult } from '../statement/statement.js'
import type { StatementTrace } from './statement-trace.js'

/** `plataforma:statement` of `node:diagnostics_channel`, shared by all that are in the process. */
export const statementChannel: TracingChannel<unknown, StatementTrace> =
  tracingChannel('plataforma:statement')

type Open = { -readonly [Key in keyof StatementTrace]: StatementTrace[Key] }

/** Sends a statement and tells the channel, as `tracePromise` does; a stream ends with its reading. */
export function traceStatement(
  begun: StatementTrace,
  send: () => Promise<StatementResult>,
): Promise<StatementResult> {
  const trace: Open = begun
  const before = performance.now()
  const over = () => {
    trace.elapsedMs = performance.now() - before
    statementChannel.asyncStart.publish(trace)
    statementChannel.asyncEnd.publish(trace)
  }
  const fail = (error: unknown) => {
    trace.error = error
    const sqlState = sqlStateOf(error)
    if (sqlState !== undefined) trace.sqlState = sqlState
    statementChannel.error.publish(trace)
    over()
  }
  const answered = statementChannel.start.runStores(trace, send)
  statementChannel.end.publish(trace)
  return answered.then(
    (result) => {
      trace.kind = result.command
      if (result.portions !== undefined) {
        return { ...result, portions: counted(result.portions, { trace, over, fail }) }
      }
      trace.rows = result.rowCount
      over()
      return result
    },
    (error: unknown) => {
      fail(error)
      throw error
    },
  )
}

async function* counted(
  portions: NonNullable<StatementResult['portions']>,
  { trace, over, fail }: { trace: Open; over: () => void; fail: (error: unknown) => void },
): AsyncGenerator<Record<string, unknown>[]> {
  let failed = false
  trace.rows = 0
  try {
    for await (const rows of portions) {
      trace.rows += rows.length
      yield rows
    }
  } catch (error) {
    failed = true
    fail(error)
    throw error
  } finally {
    if (!failed) over()
  }
}

function sqlStateOf(error: unknown): string | undefined {
  return isServerError(error) && error instanceof Error && 'code' in error
    ? String(error.code)
    : undefined
}
