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

const FIELDS = ['remedy', 'sqlState', 'module', 'table', 'column', 'constraint', 'details'] as const

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
  declare readonly remedy: string | undefined
  declare readonly sqlState: string | undefined
  declare readonly module: string | undefined
  declare readonly table: string | undefined
  declare readonly column: string | undefined
  declare readonly constraint: string | undefined
  declare readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, data: PlataformaErrorData = {}) {
    super(message, data.cause === undefined ? undefined : { cause: data.cause })
    this.name = 'PlataformaError'
    this.code = code
    // Who reads it in a log reads only what there is.
    for (const field of FIELDS) {
      if (data[field] !== undefined) Object.assign(this, { [field]: data[field] })
    }
    Object.defineProperty(this, BRAND, { value: true })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}
