import { readHistory } from '../registry/read-history.js'
import { generateTypes, type RowTypeReport } from '../row-types/generate-types.js'
import type { RowTypeOptions } from '../row-types/row-type-options.js'
import { type RowTypeDifference, verifyTypes } from '../row-types/verify-types.js'
import type { MigrationOptions } from '../system/migration-options.js'
import type { Engine } from './engine.js'

type TypeOptions = Pick<MigrationOptions, 'outDir' | 'registerTypes'>

/** Writes the row types of every module that there is. */
export async function generateRowTypes(
  engine: Engine,
  options: TypeOptions,
): Promise<RowTypeReport> {
  return await generateTypes(engine.ground.db.withoutPlugins(), await rowTypes(engine, options))
}

/** Compares the row types of every module that there is. */
export async function verifyRowTypes(
  engine: Engine,
  options: TypeOptions,
): Promise<readonly RowTypeDifference[]> {
  return await verifyTypes(engine.ground.db.withoutPlugins(), await rowTypes(engine, options))
}

async function rowTypes(
  { ground }: Engine,
  { outDir, registerTypes = false }: TypeOptions,
): Promise<RowTypeOptions> {
  const { records } = await readHistory(ground.db.withoutPlugins())
  const names = new Set([...(await ground.modules()), ...records.map(({ module }) => module)])
  const modules = [...names].sort().map((module) => ({ module, schema: ground.schemaOf(module) }))
  return { modules, outDir, register: registerTypes }
}
