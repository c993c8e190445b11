import type { Kysely, Transaction } from 'kysely'
import { LoginSecret } from '../identity/login-secret.js'
import { RoleNames } from '../identity/role-names.js'
import { createModule } from './create-module.js'
import { type Door, grantAccess, listDoors, revokeAccess } from './doors.js'
import { dropModule } from './drop-module.js'
import { ensureNewTable, recipeOf, type TableMaking } from './ensure-new-table.js'
import { ensureTable } from './ensure-table.js'
import type { Finding } from './finding.js'
import { healLogin, healLogins } from './heal-logins.js'
import { inspectInstallation } from './inspect.js'
import { install } from './install.js'
import type { Isolation, LoginGrade, OnTables } from './isolation.js'
import { listModules, type ModuleEntry } from './module-registry.js'
import { asOwner } from './owner-access.js'
import { setPooler } from './pooler-setting.js'
import { DEFAULT_TENANT_COLUMN, protectTable } from './protect-table.js'
import { retireKey } from './retire-key.js'
import { secureModule } from './secure-module.js'
import { readServerFacts } from './server-facts.js'
import type { EnsuredTable } from './table-registry.js'
import { stands } from './table-standing.js'

export interface ModuleIsolationOptions {
  /** The administrator's handle: a superuser, or a CREATEROLE login that owns the database. */
  readonly db: Kysely<unknown>
  readonly secret: LoginSecret | string
  readonly login: LoginGrade
  /** See `RoleNames.of`. */
  readonly rolePrefix?: string
  /** The tenant column of tables that name none; `organization_id` unless given. */
  readonly tenantColumn?: string
  /** Called when tables of a module may have changed here. */
  readonly onChange?: (module: string) => Promise<void> | void
  /** Called in the transaction that may have made or changed tables, as the module's owner. */
  readonly onTables?: OnTables
  /** Told what `asOwner` has made and what is left to mend by hand. */
  readonly onFindings?: (findings: readonly Finding[]) => void
  /** Called when a module was dropped here. */
  readonly onDrop?: (module: string) => void
}

/** Modules of one database: their schemas, roles, logins, doors and tenant policies. */
export class ModuleIsolationManager {
  readonly #isolation: Isolation
  readonly #tenantColumn: string
  readonly #onChange: (module: string) => Promise<void> | void
  readonly #onDrop: (module: string) => void
  readonly #onFindings: (findings: readonly Finding[]) => void

  private constructor(isolation: Isolation, options: ModuleIsolationOptions) {
    this.#isolation = isolation
    this.#tenantColumn = options.tenantColumn ?? DEFAULT_TENANT_COLUMN
    this.#onChange = options.onChange ?? (() => {})
    this.#onDrop = options.onDrop ?? (() => {})
    this.#onFindings = options.onFindings ?? (() => {})
  }

  /** Asks the server what the manager must know; changes nothing. */
  static async open(options: ModuleIsolationOptions): Promise<ModuleIsolationManager> {
    const { db, secret, login, rolePrefix, onTables } = options
    const server = await readServerFacts(db)
    const isolation: Isolation = {
      db,
      names: RoleNames.of(server.database, rolePrefix),
      secret: typeof secret === 'string' ? new LoginSecret(secret) : secret,
      grade: login,
      server,
      ...(onTables === undefined ? {} : { onTables }),
    }
    return new ModuleIsolationManager(isolation, options)
  }

  get isolation(): Isolation {
    return this.#isolation
  }

  /**
   * Prepares the database, and heals what its logins may have done to themselves: passwords,
   * settings, memberships. Repeatable; gives what was healed.
   *
   * @throws PlataformaError `PLT_PRIVILEGES_MISSING`, `PLT_CONFIG_INVALID`
   */
  async initialize(): Promise<readonly Finding[]> {
    await install(this.#isolation)
    return healLogins(this.#isolation)
  }

  /**
   * Mends one login whose password the server refused (28P01); true where it was ours to mend.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND` where its module was dropped
   */
  async healLogin(login: string): Promise<boolean> {
    return healLogin(this.#isolation, login)
  }

  /**
   * Makes a module, or completes it. Repeatable.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`
   */
  async createModule(module: string): Promise<void> {
    await createModule(this.#isolation, module)
  }

  /** The modules of the database, by name. */
  async listModules(): Promise<readonly ModuleEntry[]> {
    return listModules(this.#isolation.db)
  }

  /**
   * Drops a module with all that is in it, its roles and its logins.
   *
   * @throws PlataformaError `PLT_OPTION_INVALID` unless `confirm` repeats the name,
   * `PLT_MODULE_NOT_FOUND`
   */
  async dropModule(module: string, options: { readonly confirm: string }): Promise<void> {
    await dropModule(this.#isolation, module, options)
    this.#onDrop(module)
    await this.#onChange(module)
  }

  /**
   * Opens tables of one module to another; tenants stay apart. The other names them with their
   * schema: `module_vendas.clientes`.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`, `PLT_TABLE_NOT_FOUND`, `PLT_OPTION_INVALID`
   */
  async grantAccess(door: Door): Promise<void> {
    await grantAccess(this.#isolation, door)
  }

  /** Closes what `grantAccess` opened; every privilege where none is named. */
  async revokeAccess(door: Door): Promise<void> {
    await revokeAccess(this.#isolation, door)
  }

  async listDoors(): Promise<readonly Required<Door>[]> {
    return listDoors(this.#isolation.db)
  }

  /**
   * Puts a table that exists, with its partitions, under the tenant policies; views of the module
   * then read as their caller. Gives what remains to be mended by hand: keys across tenants.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`, `PLT_TABLE_NOT_FOUND`,
   * `PLT_TENANT_COLUMN_MISSING`, `PLT_TYPE_INVALID`, `PLT_OPTION_INVALID`,
   * `PLT_NOT_NULL_VIOLATION`, `PLT_PRIVILEGES_MISSING`
   */
  async protectTable(
    module: string,
    table: string,
    { tenantColumn = this.#tenantColumn }: { readonly tenantColumn?: string } = {},
  ): Promise<readonly Finding[]> {
    const findings = await protectTable(this.#isolation, module, { table, tenantColumn })
    await this.#onChange(module)
    return findings
  }

  /**
   * The same for one table inside a transaction of the administrator, whichever role it has taken.
   * Without a tenant column no policy is put on it. Repeatable, three statements where all is well.
   */
  async ensureTable(wanted: EnsuredTable, trx: Kysely<unknown>): Promise<readonly Finding[]> {
    return ensureTable(trx, this.#isolation, wanted)
  }

  /** The same for a table that a transaction of `asOwner` has just made by the statements. */
  async ensureNewTable(making: TableMaking, trx: Kysely<unknown>): Promise<void> {
    await ensureNewTable(trx, this.#isolation, making)
  }

  /** The same for a table that was found to be as the statements make it. */
  async ensureEqualTable(making: TableMaking, trx: Kysely<unknown>): Promise<void> {
    await ensureTable(trx, this.#isolation, making.wanted, recipeOf(this.#isolation, making))
  }

  /** Whether neither the table nor what is wanted of it has changed since one of both was called. */
  async stands(making: TableMaking): Promise<boolean> {
    const isolation = this.#isolation
    return stands(isolation.db, making.wanted, recipeOf(isolation, making))
  }

  /**
   * Protects whatever is new in a module's schema, inside a transaction of the administrator, or
   * in one of its own where none is given.
   */
  async secureModule(module: string, trx?: Kysely<unknown>): Promise<readonly Finding[]> {
    const wanted = { module, tenantColumn: this.#tenantColumn, newTables: true }
    if (trx !== undefined) return secureModule(trx, this.#isolation, wanted)
    const findings = await this.#isolation.db
      .transaction()
      .execute((own) => secureModule(own, this.#isolation, wanted))
    await this.#onChange(module)
    return findings
  }

  /** The same for one table of it and its partitions, as the registry has it; tells nobody. */
  async secureTable(
    module: string,
    table: string,
    trx: Kysely<unknown>,
  ): Promise<readonly Finding[]> {
    const tenantColumn = this.#tenantColumn
    const wanted = { module, table, tenantColumn, newTables: true, tell: false }
    return secureModule(trx, this.#isolation, wanted)
  }

  /**
   * Runs work in one transaction as the owner of a module, who sees every tenant. Unless `secure`
   * is false, what the work has made is protected before the transaction commits, and `onFindings`
   * is told what remains; unless `tell` is false, `onChange` is called after that.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
   */
  async asOwner<T>(
    module: string,
    work: (trx: Transaction<unknown>) => Promise<T>,
    { secure = true, tell = true }: { readonly secure?: boolean; readonly tell?: boolean } = {},
  ): Promise<T> {
    const tenantColumn = this.#tenantColumn
    const access = { module, tenantColumn, secure, onFindings: this.#onFindings }
    const result = await asOwner(this.#isolation, access, work)
    if (tell) await this.#onChange(module)
    return result
  }

  /** Allows contexts that are bound to no session, as a transaction-mode pooler needs them. */
  async allowPooler(allowed: boolean): Promise<void> {
    await setPooler(this.#isolation, allowed)
  }

  /** Drops the logins and the signing key of an earlier secret, once no process uses it. */
  async retireKey(keyId: string): Promise<void> {
    await retireKey(this.#isolation, keyId)
  }

  /** What is weaker than it is promised, for people; changes nothing. */
  async inspectInstallation(): Promise<readonly Finding[]> {
    return inspectInstallation(this.#isolation, this.#tenantColumn)
  }
}
