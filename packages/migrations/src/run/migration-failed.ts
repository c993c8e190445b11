import { PlataformaError, toPlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { invalidMigration, type Refusal } from '../place/invalid-migration.js'
import { codePlace } from './code/code-place.js'
import { roleChange } from './identity.js'
import { sqlStateOf } from './sql-state.js'

export interface FailurePlace {
  readonly migration: Pick<Migration, 'module' | 'name' | 'kind' | 'place' | 'text' | 'checksum'>
  /** Characters before the place in the migration's text. */
  readonly offset?: number | undefined
  /** What was going on where no statement of the text failed. */
  readonly during?: string
}

const REMEDIES: Readonly<Record<string, string>> = {
  '25001': 'Put the statement into a migration of its own with `"transaction": false`.',
  '42501':
    'A migration works as the owner of its module: use objects of the module, or open a door to those of another with `grantAccess` (`REFERENCES` for foreign keys).',
  '42P07': 'Something else made it already: drop or rename it, or record it by `baseline`.',
  '55P03': 'Try again when who holds the lock has ended, or raise `lockTimeout` of the migration.',
  '55P04': 'Use a new value of an enum in a later migration than the one that adds it.',
  '57014': 'Raise `statementTimeout` of the migration, or split what takes so long.',
}

/** The error of a migration that PostgreSQL, or its own code, refused. */
export function migrationFailed(error: unknown, where: FailurePlace): PlataformaError {
  const { migration, offset, during } = where
  const { module, name, place: file, text } = migration
  const sqlState = sqlStateOf(error)
  const role = roleChange(error)
  const code = role === undefined ? 'PLT_MIGRATION_FAILED' : 'PLT_MIGRATION_ROLE'
  const message =
    role === undefined
      ? `Migration ${name} of "${module}" failed${during === undefined ? '' : ` ${during}`}: ${messageOf(error)}`
      : roleMessage(where, role.to)
  const remedy = role === undefined ? remedyOf(error, sqlState) : ROLE_REMEDY
  const refusal: Refusal = { code, module, name, message, remedy, cause: error, sqlState }
  if (text !== undefined && offset !== undefined) {
    return invalidMigration({ file, text, offset }, refusal)
  }
  const at = codePlace(error, migration)
  if (at?.source !== undefined) return invalidMigration({ file: at.file, ...at.source }, refusal)
  const { line, column } = at ?? {}
  const place = at === undefined ? file : `${at.file}:${line}:${column}`
  return new PlataformaError(code, `${message}\n${place}`, {
    module,
    remedy,
    cause: error,
    ...(sqlState === undefined ? {} : { sqlState }),
    details: { file: at?.file ?? file, ...(at && { line, column }), migration: name },
  })
}

/** The same error where statements before the one that failed have happened, and stay. */
export function afterOthers(error: unknown): unknown {
  if (!(error instanceof PlataformaError) || !OF_STATEMENTS.includes(error.code)) return error
  const { code, message, module, sqlState, cause, details, remedy = ROLLED_BACK } = error
  const own = remedy === ROLLED_BACK ? 'Correct the statement and run it again.' : remedy
  return new PlataformaError(code, message, {
    remedy: `${own} The statements before it have happened: leave them as they are.`,
    ...(module === undefined ? {} : { module }),
    ...(sqlState === undefined ? {} : { sqlState }),
    ...(details === undefined ? {} : { details }),
    cause,
  })
}

const OF_STATEMENTS: readonly string[] = ['PLT_MIGRATION_FAILED', 'PLT_MIGRATION_ROLE']

const ROLLED_BACK = 'Correct the migration and run it again: it was rolled back.'

const ROLE_REMEDY =
  'Remove what changes the role: a migration is the owner of its module to its end.'

function roleMessage({ migration, offset }: FailurePlace, to: string | undefined): string {
  const { module, name } = migration
  const who = `Migration ${name} of "${module}"`
  if (to === undefined) return `${who} tried to change the role.`
  // Looked at where all statements are done.
  const where = offset === undefined ? ', in a trigger or a function' : ''
  return `${who} changed the role${where}: it went on as "${to}".`
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const parts = [error.message]
  if ('detail' in error && typeof error.detail === 'string') parts.push(error.detail)
  if ('hint' in error && typeof error.hint === 'string') parts.push(error.hint)
  // PostgreSQL ends its details and hints with a period, and its messages not.
  return parts.join('. ').replaceAll('.. ', '. ')
}

/** Of a statement that nobody sees before it runs; one of the text takes the policies away first. */
const TENANT_COLUMN =
  'The policies of tenants stand on the column: write the ALTER TABLE as a statement of its own, outside of code, or with CASCADE.'

function remedyOf(error: unknown, sqlState: string | undefined): string {
  if (sqlState === '2BP01' && /\bplataforma_(?:tenant|owner|access)\b/.test(messageOf(error))) {
    return TENANT_COLUMN
  }
  const own = sqlState === undefined ? undefined : REMEDIES[sqlState]
  if (own !== undefined) return own
  const typed = toPlataformaError(error)
  const known = typed instanceof PlataformaError ? typed.remedy : undefined
  return known ?? ROLLED_BACK
}
