import { PlataformaError } from '@plataforma/core'

/**
 * Refuses what migrations without a system cannot stand on: they take either an address or a Kysely.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID` naming the key and what to give
 */
export function checkMigrationTarget(target: {
  readonly db?: unknown
  readonly connectionString?: unknown
}): void {
  const { db, connectionString } = target
  if (db === undefined) {
    checkAddress(connectionString)
  } else if (connectionString !== undefined) {
    throw invalid('connectionString', '`connectionString` and `db` are both given.', ONE_OF_THEM)
  } else if (!isKysely(db)) {
    throw invalid('db', 'The option `db` of migrations is no Kysely.', 'Give a Kysely instance.')
  }
}

const ONE_OF_THEM = 'Give one of them.'

function checkAddress(address: unknown): void {
  if (address === undefined || address === '') {
    throw invalid(
      'connectionString',
      'Migrations have no database to work on.',
      'Give `connectionString` or `db`; an address may come from DATABASE_URL.',
    )
  }
  // No word of what was given: it may hold a password.
  if (typeof address === 'string' && /^postgres(ql)?:\/\//.test(address)) return
  throw invalid(
    'connectionString',
    'The option `connectionString` of migrations is no PostgreSQL address.',
    'Give one like postgresql://user:password@host:5432/database.',
  )
}

function isKysely(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'withoutPlugins' in value &&
    typeof value.withoutPlugins === 'function'
  )
}

function invalid(key: string, message: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', message, { remedy, details: { key } })
}
