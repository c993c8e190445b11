import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  type QueryCompiler,
} from 'kysely'
import { ProvenQueryCompiler } from '../statement/proven-query-compiler.js'
import type { HandleParts } from './plain-handle.js'
import { PlataformaDriver } from './plataforma-driver.js'

/** A dialect over the parts of a handle: plain, or a module's. */
export class HandleDialect implements Dialect {
  readonly #parts: HandleParts

  constructor(parts: HandleParts) {
    this.#parts = parts
  }

  createDriver(): Driver {
    return new PlataformaDriver(this.#parts)
  }

  createQueryCompiler(): QueryCompiler {
    return new ProvenQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter()
  }

  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}
