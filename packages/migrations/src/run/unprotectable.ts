import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'

/** The error of a table whose tenant column has a type that no policy compares. */
export function unprotectable(
  error: unknown,
  { name, place: file }: Pick<Migration, 'name' | 'place'>,
): unknown {
  if (!(error instanceof PlataformaError) || error.code !== 'PLT_TYPE_INVALID') return error
  const { code, message, module, table, column, remedy, cause } = error
  return new PlataformaError(code, `${message}\n${file}`, {
    ...(module === undefined ? {} : { module }),
    ...(table === undefined ? {} : { table }),
    ...(column === undefined ? {} : { column }),
    remedy: `${remedy} Where every tenant may read and write the table, say so with \`"rls": false\` in the migration's metadata.`,
    cause: cause ?? error,
    details: { file, migration: name },
  })
}
