import type { GivenDatabase } from '../ground/given-database.js'
import { renderRowTypes } from './render-row-types.js'
import { RowTypeFiles } from './row-type-files.js'
import type { RowTypeOptions } from './row-type-options.js'

/** What was generated; names of files in `directory`. */
export interface RowTypeReport {
  /** Absolute path. */
  readonly directory: string
  readonly files: readonly string[]
  /** Those of them that were other before. */
  readonly written: readonly string[]
  /** Files of modules that are gone. */
  readonly removed: readonly string[]
}

/**
 * Writes a file of Kysely row types for each module and an `index.ts` with `Modules`. Files that are
 * right already, and files that were not generated, stay as they are.
 *
 * @throws PlataformaError `PLT_TYPES_FAILED`: the catalog cannot be read or the folder not written
 * @example
 * await generateTypes(db, { modules: [{ module: 'vendas', schema: 'module_vendas' }] })
 */
export async function generateTypes(
  db: GivenDatabase,
  options: RowTypeOptions,
): Promise<RowTypeReport> {
  const files = new RowTypeFiles(options.outDir)
  const wanted = await renderRowTypes(db, options)
  const before = await files.read()
  const written = [...wanted].filter(([name, text]) => before.get(name) !== text)
  for (const [name, text] of written) await files.write(name, text)
  const removed = [...before.keys()].filter((name) => !wanted.has(name))
  for (const name of removed) await files.remove(name)
  return {
    directory: files.directory,
    files: [...wanted.keys()],
    written: written.map(([name]) => name),
    removed,
  }
}
