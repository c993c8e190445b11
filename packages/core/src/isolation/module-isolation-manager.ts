import type { Kysely, Transaction } from 'kysely'
import { assertGiven } from '../error/assert-given.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { LocalSetting } from '../identity/login-directory.js'
import { LoginSecret } from '../identity/login-secret.js'
import { assertModuleName } from '../identity/module-name.js'
import { RoleNames } from '../identity/role-names.js'
import type { Finding } from './inspection/finding.js'
import { inspectInstallation } from './inspection/inspect.js'
import { install } from './install.js'
import type { Isolation } from './isolation.js'
import { healLogin, healLogins } from './logins/heal-logins.js'
import { setPooler } from './logins/pooler-setting.js'
import { retireKey } from './logins/retire-key.js'
import {
  type AdministratorHandle,
  administratorHandle,
  type ModuleIsolationOptions,
} from './module-isolation-options.js'
import { createModule } from './modules/create-module.js'
import { type Door, grantAccess, listDoors, revokeAccess } from './modules/doors.js'
import { dropModule } from './modules/drop-module.js'
import { listModules, type ModuleEntry } from './modules/module-registry.js'
import { asOwner, ownerSettings } from './modules/owner-access.js'
import { secureModule } from './modules/secure-module.js'
import { ensureNewTable, recipeOf, type TableMaking } from './policies/ensure-new-table.js'
import { ensureTable } from './policies/ensure-table.js'
import { DEFAULT_TENANT_COLUMN, protectTable } from './policies/protect-table.js'
import { releaseTable } from './policies/release-table.js'
import type { EnsuredTable } from './policies/table-registry.js'
import { stands } from './policies/table-standing.js'
import { readServerFacts } from './server-facts.js'

/**
 * Modules of one database: their schemas, roles, logins, doors and tenant policies.
 *
 * @example
 * await using modules = new ModuleIsolationManager({ connectionString, secret, login: 'dedicated' })
 * await modules.initialize()
 * await modules.createModule('vendas')
 */
export class ModuleIsolationManager implements AsyncDisposable {
  readonly #options: ModuleIsolationOptions
  readonly #administrator: AdministratorHandle
  readonly #secret: LoginSecret
  readonly #tenantColumn: string
  #opening: Promise<Isolation> | undefined
  #isolation: Isolation | undefined
  #closed = false

  /**
   * Connects when it is first used.
   *
   * @throws PlataformaError `PLT_CONFIG_INVALID`
   */
  constructor(options: ModuleIsolationOptions) {
    this.#options = options
    this.#administrator = administratorHandle(options)
    this.#secret = new LoginSecret(options.secret)
    this.#tenantColumn = options.tenantColumn ?? DEFAULT_TENANT_COLUMN
  }

  /** One that has asked the server what it must know; changes nothing. */
  static async open(options: ModuleIsolationOptions): Promise<ModuleIsolationManager> {
    const manager = new ModuleIsolationManager(options)
    await manager.#open()
    return manager
  }

  /** @throws PlataformaError `PLT_NOT_INITIALIZED` before `open`, or the first call, is done */
  get isolation(): Isolation {
    if (this.#isolation !== undefined) return this.#isolation
    throw new PlataformaError('PLT_NOT_INITIALIZED', 'The manager has not asked the server yet.', {
      remedy: 'Await `initialize()` first.',
    })
  }

  /** Closes the handle that it has opened itself, and leaves one that it was given. Idempotent. */
  async close(): Promise<void> {
    if (!this.#administrator.isOwn) return
    this.#closed = true
    await this.#administrator.db.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Prepares the database, and heals what its logins may have done to themselves: passwords,
   * settings, memberships. Repeatable; gives what was healed.
   *
   * @throws PlataformaError `PLT_PRIVILEGES_MISSING`, `PLT_CONFIG_INVALID`
   */
  async initialize(): Promise<readonly Finding[]> {
    const isolation = await this.#open()
    await install(isolation)
    return healLogins(isolation)
  }

  /**
   * Mends one login whose password the server refused (28P01); true where it was ours to mend.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND` where its module was dropped
   */
  async healLogin(login: string): Promise<boolean> {
    assertGiven.text('login', login)
    return healLogin(await this.#open(), login)
  }

  /**
   * Makes a module, or completes it. Repeatable.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`
   */
  async createModule(module: string): Promise<void> {
    await createModule(await this.#open(), module)
  }

  /** The modules of the database, by name. */
  async listModules(): Promise<readonly ModuleEntry[]> {
    return listModules((await this.#open()).db)
  }

  /**
   * Drops a module with all that is in it, its roles and its logins.
   *
   * @throws PlataformaError `PLT_OPTION_INVALID` unless `confirm` repeats the name,
   * `PLT_MODULE_NOT_FOUND`
   */
  async dropModule(module: string, options: { readonly confirm: string }): Promise<void> {
    await dropModule(await this.#open(), module, options)
    this.#options.onDrop?.(module)
    await this.#options.onChange?.(module)
  }

  /**
   * Opens tables of one module to another; tenants stay apart. The other names them with their
   * schema: `module_vendas.clientes`.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`, `PLT_TABLE_NOT_FOUND`, `PLT_OPTION_INVALID`
   */
  async grantAccess(door: Door): Promise<void> {
    await grantAccess(await this.#open(), door)
  }

  /** Closes what `grantAccess` opened; every privilege where none is named. */
  async revokeAccess(door: Door): Promise<void> {
    await revokeAccess(await this.#open(), door)
  }

  async listDoors(): Promise<readonly Required<Door>[]> {
    return listDoors((await this.#open()).db)
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
    options: { readonly tenantColumn?: string } = {},
  ): Promise<readonly Finding[]> {
    assertGiven.object('options', options)
    const { tenantColumn = this.#tenantColumn } = options
    const findings = await protectTable(await this.#open(), module, { table, tenantColumn })
    await this.#options.onChange?.(module)
    return findings
  }

  /**
   * The same for one table inside a transaction of the administrator, whichever role it has taken.
   * Without a tenant column no policy is put on it. Repeatable, three statements where all is well.
   */
  async ensureTable(wanted: EnsuredTable, trx: Kysely<unknown>): Promise<readonly Finding[]> {
    return ensureTable(trx, await this.#open(), wanted)
  }

  /** The same for a table that a transaction of `asOwner` has just made by the statements. */
  async ensureNewTable(making: TableMaking, trx: Kysely<unknown>): Promise<void> {
    await ensureNewTable(trx, await this.#open(), making)
  }

  /** The same for a table that was found to be as the statements make it. */
  async ensureEqualTable(making: TableMaking, trx: Kysely<unknown>): Promise<void> {
    const isolation = await this.#open()
    await ensureTable(trx, isolation, making.wanted, recipeOf(isolation, making))
  }

  /** Whether neither the table nor what is wanted of it has changed since one of both was called. */
  async stands(making: TableMaking): Promise<boolean> {
    const isolation = await this.#open()
    return stands(isolation.db, making.wanted, recipeOf(isolation, making))
  }

  /**
   * Protects whatever is new in a module's schema, inside a transaction of the administrator, or
   * in one of its own where none is given.
   */
  async secureModule(module: string, trx?: Kysely<unknown>): Promise<readonly Finding[]> {
    assertModuleName(module)
    const wanted = { module, tenantColumn: this.#tenantColumn, newTables: true }
    const isolation = await this.#open()
    if (trx !== undefined) return secureModule(trx, isolation, wanted)
    const findings = await isolation.db
      .transaction()
      .execute((own) => secureModule(own, isolation, wanted))
    await this.#options.onChange?.(module)
    return findings
  }

  /** Takes a table without tenant column out of isolation, inside a transaction that holds it. */
  async releaseTable(module: string, table: string, trx: Kysely<unknown>): Promise<void> {
    const tenantColumn = this.#tenantColumn
    await releaseTable(trx, await this.#open(), { module, table, tenantColumn })
  }

  /** `secureModule` for one table and its partitions, as the registry has it; tells nobody. */
  async secureTable(
    module: string,
    table: string,
    trx: Kysely<unknown>,
  ): Promise<readonly Finding[]> {
    const tenantColumn = this.#tenantColumn
    const wanted = { module, table, tenantColumn, newTables: true, tell: false }
    return secureModule(trx, await this.#open(), wanted)
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
    const { onFindings = () => {} } = this.#options
    const access = { module, tenantColumn, secure, onFindings }
    const result = await asOwner(await this.#open(), access, work)
    if (tell) await this.#options.onChange?.(module)
    return result
  }

  /**
   * What makes a session of the administrator work as the module's owner, who sees every tenant:
   * role, search_path and a signed context, good for 24 hours on that session alone.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
   */
  async ownerSettings(module: string, session: Kysely<unknown>): Promise<readonly LocalSetting[]> {
    return ownerSettings(session, await this.#open(), module)
  }

  /** Allows contexts that are bound to no session, as a transaction-mode pooler needs them. */
  async allowPooler(allowed: boolean): Promise<void> {
    if (typeof allowed !== 'boolean') {
      const remedy = 'Give true where a pooler shares sessions, else false.'
      throw new PlataformaError('PLT_OPTION_INVALID', '`allowed` is no boolean.', { remedy })
    }
    await setPooler(await this.#open(), allowed)
  }

  /** Drops the logins and the signing key of an earlier secret, once no process uses it. */
  async retireKey(keyId: string): Promise<void> {
    await retireKey(await this.#open(), keyId)
  }

  /** What is weaker than it is promised, for people; changes nothing. */
  async inspectInstallation(): Promise<readonly Finding[]> {
    return inspectInstallation(await this.#open(), this.#tenantColumn)
  }

  #open(): Isolation | Promise<Isolation> {
    if (this.#closed) {
      const remedy = 'Make a new one.'
      throw new PlataformaError('PLT_CLOSED', 'The manager was closed.', { remedy })
    }
    if (this.#isolation !== undefined) return this.#isolation
    this.#opening ??= this.#ask().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #ask(): Promise<Isolation> {
    const { db } = this.#administrator
    const { login, rolePrefix, onTables } = this.#options
    const server = await readServerFacts(db)
    this.#isolation = {
      db,
      names: RoleNames.of(server.database, rolePrefix),
      secret: this.#secret,
      grade: login,
      server,
      ...(onTables === undefined ? {} : { onTables }),
    }
    return this.#isolation
  }
}
