export { ERROR_CODES, type ErrorCode } from './error/error-codes.js'
export { PlataformaError, type PlataformaErrorData } from './error/plataforma-error.js'
