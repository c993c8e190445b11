import { PlataformaError } from '../error/plataforma-error.js'
import { suggestion } from '../error/suggestion.js'
import type { DefinedForeignKey, TableDefinition } from './table-definition.js'
import type { TableInfo } from './table-info.js'

/** A foreign key as PostgreSQL gets it: with the tenant where both tables have one. */
export interface ResolvedForeignKey {
  readonly name: string | undefined
  readonly columns: readonly string[]
  readonly table: string
  readonly referenced: readonly string[]
  readonly onDelete: DefinedForeignKey['onDelete']
  readonly onUpdate: DefinedForeignKey['onUpdate']
  /** The columns that `set null` and `set default` touch: never the tenant's. */
  readonly cleared: readonly string[]
}

interface Referenced {
  readonly tenantColumn: string | undefined
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly columns: Iterable<string>
}

/**
 * Fills in what foreign keys leave open, from the tables that they reference.
 * @throws PlataformaError `PLT_TABLE_NOT_FOUND`, `PLT_COLUMN_UNKNOWN`, `PLT_OPTION_INVALID`
 */
export function resolveForeignKeys(
  definition: TableDefinition,
  tables: ReadonlyMap<string, TableInfo>,
): readonly ResolvedForeignKey[] {
  return definition.foreignKeys.map((key) => {
    const table = referencedTable(definition, key, tables)
    const target = key.referenced ?? table.primaryKey.filter((name) => name !== table.tenantColumn)
    checkColumns(key, target, table)
    const { tenantColumn } = definition
    const tenants = [tenantColumn, table.tenantColumn]
    const [own, theirs] = tenants.includes(undefined) ? [] : tenants
    const columns = withFirst(own, key.columns)
    const referenced = withFirst(theirs, target)
    checkKey(definition, { key, referenced, table })
    const cleared = key.columns.filter((name) => name !== tenantColumn)
    return { ...key, columns, referenced, cleared }
  })
}

function withFirst(tenant: string | undefined, columns: readonly string[]): readonly string[] {
  return tenant === undefined || columns.includes(tenant) ? columns : [tenant, ...columns]
}

function referencedTable(
  definition: TableDefinition,
  key: DefinedForeignKey,
  tables: ReadonlyMap<string, TableInfo>,
): Referenced {
  if (key.table === definition.name) {
    const uniques = definition.uniques.map((unique) => unique.columns)
    return {
      ...definition,
      uniqueKeys: [definition.primaryKey, ...uniques],
      columns: definition.columns.map((column) => column.name),
    }
  }
  const info = tables.get(key.table)
  if (info !== undefined) return { ...info, columns: info.columns.keys() }
  throw new PlataformaError(
    'PLT_TABLE_NOT_FOUND',
    `Table "${definition.name}" references "${key.table}", which module "${definition.module}" ` +
      `does not have.${suggestion(key.table, tables.keys())}`,
    {
      remedy: 'Create the referenced table first; references stay within a module.',
      module: definition.module,
      table: key.table,
    },
  )
}

function checkColumns(key: DefinedForeignKey, target: readonly string[], table: Referenced): void {
  const known = [...table.columns]
  const unknown = target.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new PlataformaError(
      'PLT_COLUMN_UNKNOWN',
      `Table "${key.table}" has no column "${unknown}".${suggestion(unknown, known)}`,
      { remedy: 'Correct the referenced column.', table: key.table, column: unknown },
    )
  }
  if (target.length === key.columns.length && target.length > 0) return
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    `A reference of (${key.columns.join(', ')}) to (${target.join(', ')}) of "${key.table}".`,
    { remedy: 'Reference as many columns as the reference has.', table: key.table },
  )
}

function checkKey(
  definition: TableDefinition,
  {
    key,
    referenced,
    table,
  }: { key: DefinedForeignKey; referenced: readonly string[]; table: Referenced },
): void {
  const isKey = table.uniqueKeys.some(
    (unique) =>
      unique.length === referenced.length && unique.every((name) => referenced.includes(name)),
  )
  if (isKey) return
  const onlyTenant = table.tenantColumn !== undefined && definition.tenantColumn === undefined
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    `(${referenced.join(', ')}) is no unique key of "${key.table}", which "${definition.name}" ` +
      'references.',
    {
      remedy: onlyTenant
        ? `Give "${definition.name}" the tenant column, or make the referenced key 'global'.`
        : 'Reference the primary key or a unique key.',
      table: key.table,
    },
  )
}
