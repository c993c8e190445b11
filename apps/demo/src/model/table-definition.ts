import type { ColumnDefinition, TableOptions } from '@plataforma/database-system'

/** What `createTable` takes beside the name. */
export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[]
  readonly options: TableOptions
}

/** A table with the columns that every table of the platform has, row-level security included. */
export function table(
  columns: readonly ColumnDefinition[],
  options: TableOptions = {},
): TableDefinition {
  return {
    columns: [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID', nullable: false },
      ...columns,
      { name: 'created_at', type: 'TIMESTAMPTZ', nullable: false, default: 'now()' },
    ],
    options: { enableRLS: true, ...options },
  }
}
