import type { Kysely } from 'kysely'
import { LoginSecret } from '../identity/login-secret.js'
import { RoleNames } from '../identity/role-names.js'
import { createModule } from './create-module.js'
import { install } from './install.js'
import type { Isolation, LoginGrade } from './isolation.js'
import { setPooler } from './pooler-setting.js'
import { readServerFacts } from './server-facts.js'

export interface ModuleIsolationOptions {
  /** The administrator's handle: a superuser, or a CREATEROLE login that owns the database. */
  readonly db: Kysely<unknown>
  readonly secret: LoginSecret | string
  readonly login: LoginGrade
  /** See `RoleNames.of`. */
  readonly rolePrefix?: string
}

/** Modules of one database: their schemas, roles, logins, doors and tenant policies. */
export class ModuleIsolationManager {
  readonly #isolation: Isolation

  private constructor(isolation: Isolation) {
    this.#isolation = isolation
  }

  /** Asks the server what the manager must know; changes nothing. */
  static async open(options: ModuleIsolationOptions): Promise<ModuleIsolationManager> {
    const { db, secret, login, rolePrefix } = options
    const server = await readServerFacts(db)
    return new ModuleIsolationManager({
      db,
      names: RoleNames.of(server.database, rolePrefix),
      secret: typeof secret === 'string' ? new LoginSecret(secret) : secret,
      grade: login,
      server,
    })
  }

  get isolation(): Isolation {
    return this.#isolation
  }

  /**
   * Prepares the database. Repeatable.
   *
   * @throws PlataformaError `PLT_PRIVILEGES_MISSING`, `PLT_CONFIG_INVALID`
   */
  async initialize(): Promise<void> {
    await install(this.#isolation)
  }

  /**
   * Makes a module, or completes it. Repeatable.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`
   */
  async createModule(module: string): Promise<void> {
    await createModule(this.#isolation, module)
  }

  /** Allows contexts that are bound to no session, as a transaction-mode pooler needs them. */
  async allowPooler(allowed: boolean): Promise<void> {
    await setPooler(this.#isolation, allowed)
  }
}
