import {
  type DatabaseIntrospector,
  type Kysely,
  PostgresIntrospector,
  type TableMetadata,
} from 'kysely'
import { HandleDialect } from './handle-dialect.js'

const BOOKKEEPING_SCHEMA = 'plataforma'

/** The dialect of a module's handle, whose introspection shows what modules are made of. */
export class ModuleDialect extends HandleDialect {
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
  override createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new ModuleIntrospector(db)
  }
}

class ModuleIntrospector extends PostgresIntrospector {
  /** Bookkeeping is shown with Kysely's own internal tables alone. */
  override async getTables(
    options?: Parameters<PostgresIntrospector['getTables']>[0],
  ): Promise<TableMetadata[]> {
    const tables = await super.getTables(options)
    if (options?.withInternalKyselyTables) return tables
    return tables.filter(({ schema }) => schema !== BOOKKEEPING_SCHEMA)
  }
}
