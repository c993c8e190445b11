import { type Kysely, type RawBuilder, sql } from 'kysely'
import { bookkeeping } from '../bookkeeping/bookkeeping-tables.js'

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
  readonly module: string
  readonly name: string
  readonly rls: boolean
  readonly tenantColumn: string | null
  readonly definition: unknown
  readonly wishes: unknown
}

/** What the registry has of the tables of modules, or of those with one name. */
export async function readTableEntries(
  db: Kysely<unknown>,
  modules: readonly string[],
  table?: string,
): Promise<readonly TableEntry[]> {
  return bookkeeping(db)
    .selectFrom('plataforma.tables')
    .select(['module', 'name', 'rls', 'tenant_column as tenantColumn', 'definition', 'wishes'])
    .where('module', '=', sql<string>`any (${modules}::text[])`)
    .$if(table !== undefined, (query) => query.where('name', '=', table ?? ''))
    .execute()
}

/**
 * Writes the table down, and so locks its row until the end of the transaction. False, and nothing
 * locked, where the registry has it so already.
 */
export async function registerTable(
  trx: Kysely<unknown>,
  { module, table, tenantColumn, definition, wishes }: EnsuredTable,
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO plataforma.tables AS t (module, name, rls, tenant_column, definition, wishes)
    VALUES (${module}, ${table}, ${tenantColumn !== undefined}, ${tenantColumn ?? null},
      ${jsonOf(definition)}, ${jsonOf(wishes)})
    ON CONFLICT (module, name) DO UPDATE SET rls = excluded.rls,
      tenant_column = excluded.tenant_column,
      definition = coalesce(excluded.definition, t.definition),
      wishes = coalesce(excluded.wishes, t.wishes),
      updated_at = now()
    WHERE (t.rls, t.tenant_column) IS DISTINCT FROM (excluded.rls, excluded.tenant_column)
      OR t.definition IS DISTINCT FROM coalesce(excluded.definition, t.definition)
      OR t.wishes IS DISTINCT FROM coalesce(excluded.wishes, t.wishes)
    RETURNING true`.execute(trx)
  return rows.length > 0
}

/** Writes a table down that was just made, whatever was there of an earlier one. */
export function newEntry(
  { module, table, tenantColumn, definition, wishes }: EnsuredTable,
  { recipe, standing }: { readonly recipe: string; readonly standing: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return sql`
    INSERT INTO plataforma.tables AS t
      (module, name, rls, tenant_column, definition, wishes, recipe, standing)
    VALUES (${module}, ${table}, ${tenantColumn !== undefined}, ${tenantColumn ?? null},
      ${jsonOf(definition)}, ${jsonOf(wishes)}, ${recipe}, ${standing})
    ON CONFLICT (module, name) DO UPDATE SET rls = excluded.rls,
      tenant_column = excluded.tenant_column,
      definition = coalesce(excluded.definition, t.definition),
      wishes = coalesce(excluded.wishes, t.wishes),
      recipe = excluded.recipe, standing = excluded.standing, updated_at = now()`
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** Locks the row of a table until the end of the transaction. */
export async function lockTable(
  trx: Kysely<unknown>,
  { module, table }: Pick<EnsuredTable, 'module' | 'table'>,
): Promise<void> {
  await bookkeeping(trx)
    .selectFrom('plataforma.tables')
    .select('name')
    .where('module', '=', module)
    .where('name', '=', table)
    .forUpdate()
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
