import { isDeepStrictEqual } from 'node:util'
import { type Kysely, sql } from 'kysely'
import { bookkeeping } from './bookkeeping/bookkeeping-tables.js'

/** A table of a module as it is to be kept. */
export interface EnsuredTable {
  readonly module: string
  readonly table: string
  /** The tenant column to protect the table by; without one no policy is put on it. */
  readonly tenantColumn?: string | undefined
  /** What the table was made from, kept in the registry as JSON. */
  readonly definition?: unknown
  /** What is asked of other packages, kept in the registry as JSON. */
  readonly wishes?: unknown
}

export interface TableEntry {
  readonly name: string
  readonly rls: boolean
  readonly tenantColumn: string | null
  readonly definition: unknown
  readonly wishes: unknown
}

/** What the registry has of a module's tables, or of one of them. */
export async function readTableEntries(
  db: Kysely<unknown>,
  module: string,
  table?: string,
): Promise<readonly TableEntry[]> {
  return bookkeeping(db)
    .selectFrom('plataforma.tables')
    .select(['name', 'rls', 'tenant_column as tenantColumn', 'definition', 'wishes'])
    .where('module', '=', module)
    .$if(table !== undefined, (query) => query.where('name', '=', table ?? ''))
    .execute()
}

/** Whether the registry has the table as it is wanted. */
export function isRegistered(wanted: EnsuredTable, entry: TableEntry | undefined): boolean {
  return (
    entry !== undefined &&
    entry.rls === (wanted.tenantColumn !== undefined) &&
    entry.tenantColumn === (wanted.tenantColumn ?? null) &&
    isSameJson(wanted.definition, entry.definition) &&
    isSameJson(wanted.wishes, entry.wishes)
  )
}

function isSameJson(wanted: unknown, kept: unknown): boolean {
  return wanted === undefined || isDeepStrictEqual(JSON.parse(JSON.stringify(wanted)), kept)
}

/** Writes the table down, and so locks its row. */
export async function registerTable(trx: Kysely<unknown>, wanted: EnsuredTable): Promise<void> {
  const { module, table, tenantColumn, definition, wishes } = wanted
  const given = {
    tenant_column: tenantColumn ?? null,
    rls: tenantColumn !== undefined,
    ...(definition === undefined ? {} : { definition: JSON.stringify(definition) }),
    ...(wishes === undefined ? {} : { wishes: JSON.stringify(wishes) }),
  }
  await bookkeeping(trx)
    .insertInto('plataforma.tables')
    .values({ module, name: table, ...given })
    .onConflict((conflict) =>
      conflict.columns(['module', 'name']).doUpdateSet({ ...given, updated_at: sql<Date>`now()` }),
    )
    .execute()
}

export async function forgetTables(
  trx: Kysely<unknown>,
  module: string,
  tables: readonly string[],
): Promise<void> {
  if (tables.length === 0) return
  await bookkeeping(trx)
    .deleteFrom('plataforma.tables')
    .where('module', '=', module)
    .where('name', 'in', tables)
    .execute()
}
