import { join, relative, sep } from 'node:path'
import type { GivenDatabase } from '../ground/given-database.js'
import { renderRowTypes } from './render-row-types.js'
import { RowTypeFiles } from './row-type-files.js'
import type { RowTypeOptions } from './row-type-options.js'

/** A file that is not what the database says. */
export interface RowTypeDifference {
  /** Name in the folder. */
  readonly file: string
  /** `stale`: its module is gone. */
  readonly kind: 'missing' | 'changed' | 'stale'
  /**
   * Unified diff from the file as it is to what would be generated, as `git apply` and `patch -p1` of
   * the working directory take it.
   */
  readonly diff: string
}

/**
 * Compares the generated files with the database and writes nothing; empty where all is right.
 *
 * @throws PlataformaError `PLT_TYPES_FAILED`: the catalog or the folder cannot be read
 * @example
 * await verifyTypes(db, { modules: [{ module: 'vendas', schema: 'module_vendas' }] })
 */
export async function verifyTypes(
  db: GivenDatabase,
  options: RowTypeOptions,
): Promise<readonly RowTypeDifference[]> {
  const files = new RowTypeFiles(options.outDir)
  const [wanted, found] = await Promise.all([renderRowTypes(db, options), files.read()])
  const names = [...new Set([...wanted.keys(), ...found.keys()])]
  const differing = names.filter((name) => wanted.get(name) !== found.get(name))
  if (differing.length === 0) return []
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff')
  return differing.map((file): RowTypeDifference => {
    const [before, after] = [found.get(file), wanted.get(file)]
    const path = relative('.', join(files.directory, file)).split(sep).join('/')
    const side = (letter: string, text: string | undefined) =>
      text === undefined ? '/dev/null' : `${letter}/${path}`
    const diff = createTwoFilesPatch(
      side('a', before),
      side('b', after),
      before ?? '',
      after ?? '',
      undefined,
      undefined,
      { headerOptions: FILE_HEADERS_ONLY },
    )
    return {
      file,
      kind: before === undefined ? 'missing' : after === undefined ? 'stale' : 'changed',
      diff,
    }
  })
}
