import {
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { MigrationDatabase } from '../../migration/migration.js'
import { CodeDriver } from './code-driver.js'
import type { CodeSession } from './code-session.js'

/** A Kysely handle on the engine's session; its driver is not wrapped, so that nothing closes it. */
export function codeHandle(session: CodeSession): MigrationDatabase {
  const driver = new CodeDriver(session)
  const dialect: Dialect = {
    createDriver: () => driver,
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
  const executor = new DefaultQueryExecutor(
    dialect.createQueryCompiler(),
    dialect.createAdapter(),
    new DefaultConnectionProvider(driver),
  )
  return new Kysely({ config: { dialect }, dialect, driver, executor })
}
