import { sqlStateOf } from './sql-state.js'

/** Whether what this package has prepared is gone from the session: some code has taken it away. */
export function isForgotten(error: unknown): boolean {
  const isMissing = sqlStateOf(error) === '26000'
  return isMissing && error instanceof Error && /"plataforma_migration_\w+"/.test(error.message)
}
