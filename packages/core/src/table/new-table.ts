import type { NewTable } from '../isolation/policies/ensure-new-table.js'
import type { DefinedColumn, TableDefinition } from './table-definition.js'

/**
 * What a definition says of the table that was just made from it; `undefined` where only the
 * catalog can tell.
 */
export function newTable(definition: TableDefinition): NewTable | undefined {
  const { columns, primaryKey, uniques, indexes, tenantColumn, partitionBy } = definition
  if (columns.some(mayDrawFromSequence)) return undefined
  const tenant = columns.find((column) => column.name === tenantColumn)
  const leading = [
    primaryKey[0],
    ...uniques.map((unique) => unique.columns[0]),
    ...indexes
      .filter(({ using, where }) => using === 'btree' && where === undefined)
      .map((index) => index.columns[0]?.name),
  ]
  return {
    isPartitioned: partitionBy !== undefined,
    tenantType: tenant?.type.baseType,
    hasTenantIndex: tenantColumn !== undefined && leading.includes(tenantColumn),
    primaryKey,
  }
}

/** A default that calls a function of the module's may do anything. */
function mayDrawFromSequence({ default: written }: DefinedColumn): boolean {
  if (written === undefined || written === 'uuid' || written.literal) return false
  return /nextval/i.test(written.sql)
}
