import {
  type Driver,
  type PostgresDialectConfig,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely'
import type { SessionSource } from '../session/session-source.js'
import { HandleDialect } from './handle-dialect.js'
import { plainHandle } from './plain-handle.js'
import { PlataformaDriver } from './plataforma-driver.js'
import { poolAddress } from './pool-address.js'

/** Either every field of Kysely's `PostgresDialectConfig`, or a source of sessions. */
export type PlataformaDialectConfig = PostgresDialectConfig | { readonly sessions: SessionSource }

/**
 * A Kysely dialect for PostgreSQL on `pg` that names repeated statements, streams without a cursor
 * package, cancels by the protocol and never hands a broken or dirty connection on.
 *
 * @example
 * const db = new Kysely<Database>({ dialect: new PlataformaDialect({ pool: new Pool({}) }) })
 */
export class PlataformaDialect extends HandleDialect {
  readonly #config: PlataformaDialectConfig

  constructor(config: PlataformaDialectConfig) {
    super(plainHandle(config))
    this.#config = config
  }

  /** Where its pool connects to; `undefined` for a pool that is made later, or for sessions. */
  get address(): string | undefined {
    const config = this.#config
    if (!('pool' in config) || typeof config.pool === 'function') return undefined
    return poolAddress(config.pool)
  }

  /** Nobody asks a plain handle's statement whether its text is that of its tree. */
  override createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  /** One for each Kysely, which destroys only its own. */
  override createDriver(): Driver {
    return new PlataformaDriver(plainHandle(this.#config))
  }
}
