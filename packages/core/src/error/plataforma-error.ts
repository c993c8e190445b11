import type { ErrorCode } from './error-codes.js'

const BRAND = Symbol.for('plataforma.error')

/** What an error carries besides its message; every field is plain data that can be logged. */
export interface PlataformaErrorData {
  /** What to do about it, one sentence for the person who reads the log. */
  readonly remedy?: string
  readonly cause?: unknown
  /** PostgreSQL's five-character SQLSTATE where a server's answer is the cause. */
  readonly sqlState?: string
  readonly module?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
  /** Further facts of this error, by name. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The one error class of all packages. Ask `error.code`; `instanceof` also works
 * across two installed copies of this package.
 *
 * @example
 * try {
 *   await vendas.insert('clientes', [{ organization_id: 'org-123' }])
 * } catch (error) {
 *   if (error instanceof PlataformaError) console.error(error.code, error.remedy)
 * }
 */
export class PlataformaError extends Error {
  readonly code: ErrorCode
  readonly remedy: string | undefined
  readonly sqlState: string | undefined
  readonly module: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly constraint: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, data: PlataformaErrorData = {}) {
    super(message, data.cause === undefined ? undefined : { cause: data.cause })
    this.name = 'PlataformaError'
    this.code = code
    this.remedy = data.remedy
    this.sqlState = data.sqlState
    this.module = data.module
    this.table = data.table
    this.column = data.column
    this.constraint = data.constraint
    this.details = data.details
    Object.defineProperty(this, BRAND, { value: true })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}
