import type { ColumnType, Generated, Kysely } from 'kysely'

type Json = ColumnType<unknown, string | null, string | null>

// A type alias: Kysely's `withTables` takes no interface.
/** The tables of schema `plataforma` that belong to this package. */
export type BookkeepingTables = {
  'plataforma.settings': {
    id: Generated<boolean>
    role_prefix: string
    installed_at: Generated<Date>
  }
  'plataforma.versions': {
    package: string
    version: number
    applied_at: Generated<Date>
  }
  'plataforma.modules': {
    name: string
    created_at: Generated<Date>
  }
  'plataforma.tables': {
    module: string
    name: string
    tenant_column: string | null
    tenant_type: string | null
    rls: Generated<boolean>
    /** What `createTable` was given. */
    definition: Json
    /** What was asked of the audit and partition managers. */
    wishes: Json
    /** Hash of the SQL that makes the table as it was last made or found to be. */
    recipe: string | null
    /** Hash of what the catalogs had of the table then. */
    standing: string | null
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  'plataforma.doors': {
    from_module: string
    to_module: string
    table_name: string
    privileges: string[]
    opened_at: Generated<Date>
  }
  'plataforma.system_access': {
    id: Generated<string>
    at: Generated<Date>
    reason: string
    module: string | null
    user_id: string | null
    request_id: string | null
    details: Json
  }
}

/** The administrator's handle with the types of the bookkeeping tables. */
export function bookkeeping(db: Kysely<unknown>): Kysely<BookkeepingTables> {
  return db.withTables<BookkeepingTables>()
}
