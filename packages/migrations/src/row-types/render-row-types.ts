import type { Kysely } from 'kysely'
import { fileOf, indexFile } from './index-file.js'
import { loadCodegen } from './load-codegen.js'
import { moduleFile } from './module-file.js'
import { readRelations } from './read-relations.js'
import type { RowTypeOptions } from './row-type-options.js'
import { rowTypesFailed } from './row-types-failed.js'

/** First line of each file: those that begin otherwise are somebody else's. */
export const HEADER = '// Generated from the database by @plataforma/migrations; do not edit.'

/** The texts of all files by their names. */
export async function renderRowTypes(
  db: Kysely<unknown>,
  { modules, register = false }: RowTypeOptions,
): Promise<ReadonlyMap<string, string>> {
  const codegen = await loadCodegen()
  const schemas = modules.map(({ schema }) => schema)
  const relations = await readRelations(db, schemas).catch((cause: unknown) => {
    throw rowTypesFailed('The catalog cannot be read for row types.', {
      remedy: 'See the cause; the login has to be able to read the catalog.',
      cause,
    })
  })
  const files = new Map<string, string>()
  for (const { module, schema } of modules) {
    files.set(`${fileOf(module)}.ts`, moduleFile(schema, relations, codegen))
  }
  files.set('index.ts', indexFile(modules, register))
  return new Map(
    Array.from(files, ([name, text]) => [name, `${HEADER}\n/* eslint-disable */\n\n${text}`]),
  )
}
