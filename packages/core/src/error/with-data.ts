import { PlataformaError, type PlataformaErrorData } from './plataforma-error.js'

/** The same error with more of its data known; what it has already is not replaced. */
export function withData(error: PlataformaError, more: PlataformaErrorData): PlataformaError {
  const { remedy, cause, sqlState, module, table, column, constraint, details } = error
  const known = { remedy, cause, sqlState, module, table, column, constraint }
  const given = Object.entries(known).filter(([, value]) => value !== undefined)
  const both = { ...more.details, ...details }
  const copy = new PlataformaError(error.code, error.message, {
    ...more,
    ...Object.fromEntries(given),
    ...(Object.keys(both).length > 0 && { details: both }),
  })
  if (error.stack !== undefined) copy.stack = error.stack
  return copy
}
