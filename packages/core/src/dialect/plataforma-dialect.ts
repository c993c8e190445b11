import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  type PostgresDialectConfig,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely'
import type { SessionSource } from '../session/session-source.js'
import { type HandleParts, plainHandle } from './plain-handle.js'
import { PlataformaDriver } from './plataforma-driver.js'

/** Either every field of Kysely's `PostgresDialectConfig`, or a source of sessions. */
export type PlataformaDialectConfig = PostgresDialectConfig | { readonly sessions: SessionSource }

/**
 * A Kysely dialect for PostgreSQL on `pg` that names repeated statements, streams without a cursor
 * package, cancels by the protocol and never hands a broken or dirty connection on.
 *
 * @example
 * const db = new Kysely<Database>({ dialect: new PlataformaDialect({ pool: new Pool({}) }) })
 */
export class PlataformaDialect implements Dialect {
  readonly #parts: HandleParts

  constructor(config: PlataformaDialectConfig) {
    this.#parts = plainHandle(config)
  }

  createDriver(): Driver {
    return new PlataformaDriver(this.#parts)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter()
  }

  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}
