export { ERROR_CODES, type ErrorCode } from './error/error-codes.js'
export { PlataformaError, type PlataformaErrorData } from './error/plataforma-error.js'
export {
  type QualifiedName,
  type StatementAccess,
  type StatementFacts,
  type StatementKind,
  statementFacts,
} from './statement/statement-facts.js'
