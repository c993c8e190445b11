import { PlataformaError } from '../error/plataforma-error.js'
import { statementChannel } from './statement-channel.js'
import type { StatementTrace } from './statement-trace.js'

/** As much of OpenTelemetry's `Meter` as is used; every `Meter` of `@opentelemetry/api` fits. */
export interface StatementMeter {
  createHistogram(
    name: string,
    options: {
      readonly unit: string
      readonly description: string
      readonly advice: { readonly explicitBucketBoundaries: number[] }
    },
  ): { record(value: number, attributes: Record<string, string>): void }
}

/** Seconds, as the semantic conventions advise. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Names of a refused text may be anything, and a metric has few. */
const OPERATIONS: ReadonlySet<string | undefined> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
])

/**
 * Records how long the statements of this process take as `db.client.operation.duration` of
 * OpenTelemetry's semantic conventions for database clients (1.44), until the function that it
 * returns is called.
 *
 * @example
 * import { metrics } from '@opentelemetry/api'
 * const stop = observeStatements(metrics.getMeter('plataforma'))
 */
export function observeStatements(meter: StatementMeter): () => void {
  const duration = meter.createHistogram('db.client.operation.duration', {
    unit: 's',
    description: 'Duration of database client operations.',
    advice: { explicitBucketBoundaries: BUCKETS },
  })
  const asyncEnd = (trace: StatementTrace) => {
    duration.record((trace.elapsedMs ?? 0) / 1_000, attributesOf(trace))
  }
  statementChannel.asyncEnd.subscribe(asyncEnd as (message: unknown) => void)
  return () => statementChannel.asyncEnd.unsubscribe(asyncEnd as (message: unknown) => void)
}

function attributesOf(trace: StatementTrace): Record<string, string> {
  const { namespace, table, kind, error, sqlState } = trace
  const isKnown = error === undefined || OPERATIONS.has(kind)
  return {
    'db.system.name': 'postgresql',
    ...(namespace !== undefined && { 'db.namespace': namespace }),
    ...(kind !== undefined && isKnown && { 'db.operation.name': kind }),
    ...(table !== undefined && { 'db.collection.name': table }),
    ...(error !== undefined && { 'error.type': sqlState ?? errorType(error) }),
    ...(sqlState !== undefined && { 'db.response.status_code': sqlState }),
  }
}

function errorType(error: unknown): string {
  if (error instanceof PlataformaError) return error.code
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
