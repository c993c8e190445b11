import { type Acting, actsForSame } from '../context/acting.js'
import { systemActing } from '../context/system-acting.js'
import { type TenantContext, takeTenantContext } from '../context/tenant-context.js'
import { assertGiven } from '../error/assert-given.js'
import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { ModuleIsolationManager } from '../isolation/module-isolation-manager.js'
import type { ModuleDatabase } from '../module/module-database.js'
import type { TablesOf } from '../module/tables-of.js'
import { Closers } from '../plugin/closers.js'
import type { Feature } from '../plugin/feature.js'
import type { DatabasePlugin } from '../plugin/plugin.js'
import { orderPlugins } from '../plugin/plugin-order.js'
import type { OwnerTransaction } from '../table/table-host.js'
import { SystemTransaction } from '../transaction/system-transaction.js'
import type { TransactionOptions } from '../transaction/transaction-options.js'
import { TransactionRunner } from '../transaction/transaction-runner.js'
import { Administration } from './administration.js'
import { DatabaseHealth } from './database-health.js'
import { type DatabaseOptions, resolveOptions } from './database-options.js'
import { Engine } from './engine.js'
import type { SystemHealth } from './health.js'
import { type ModuleOptions, moduleSettings } from './module-options.js'
import { OpenModules } from './open-modules.js'
import { PluginAssembly } from './plugin-assembly.js'
import { recordSystemAccess } from './system-access.js'

/** One PostgreSQL database as a platform of modules and tenants. */
export class Database<Modules = Record<never, never>> implements AsyncDisposable {
  readonly #engine: Engine
  readonly #modules: OpenModules
  readonly #plugins: PluginAssembly
  readonly #transactions: TransactionRunner<SystemTransaction<Modules>>
  readonly #closers = new Closers()
  #initializing: Promise<void> | undefined

  /** @throws PlataformaError `PLT_CONFIG_INVALID`, `PLT_PLUGIN_INVALID` */
  constructor(
    options: DatabaseOptions & { readonly switchedOff?: readonly Feature[] },
    plugins: readonly DatabasePlugin[] = [],
  ) {
    const ordered = orderPlugins(plugins, reservedNames())
    this.#engine = new Engine(resolveOptions(options), ordered, options.switchedOff ?? [])
    this.#plugins = new PluginAssembly(ordered, this.#engine, (name) => {
      this.#modules.open(name)
    })
    this.#modules = new OpenModules(this.#engine, () => this.#plugins.contributions.cache)
    this.#transactions = this.#systemTransactions()
    this.#closers.add(() => this.#engine.close())
    for (const { name } of plugins) this.#expose(name)
  }

  /** Modules, doors between them and the protection of tables. */
  get isolation(): ModuleIsolationManager {
    this.#engine.assertReady()
    return this.#engine.isolation
  }

  /** The administrator's handle and scripts: bookkeeping and roles, outside every module. */
  get admin(): Administration {
    this.#engine.assertReady()
    const { admin, sessions } = this.#engine.connections
    return new Administration(admin, sessions)
  }

  /**
   * Connects, prepares the bookkeeping and sets the plugins up. Repeatable; after a failure it may
   * be called again.
   * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`, `PLT_PRIVILEGES_MISSING`, `PLT_CLOSED`
   */
  async initialize(): Promise<void> {
    this.#engine.assertNotClosed()
    this.#initializing ??= this.#initialize().catch((error: unknown) => {
      this.#initializing = undefined
      throw toPlataformaError(error)
    })
    await this.#initializing
  }

  /**
   * The module of that name, made where it does not exist yet: schema, roles, logins.
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_OPTION_INVALID`, `PLT_NOT_INITIALIZED`
   * @example
   * const vendas = await database.createModule('vendas', { statementTimeoutMs: 5_000 })
   */
  async createModule<Name extends string>(
    name: Name,
    options: ModuleOptions = {},
  ): Promise<ModuleDatabase<TablesOf<Modules, Name>>> {
    this.#engine.assertReady()
    const limits = moduleSettings(options)
    try {
      await this.#engine.isolation.createModule(name)
      await this.#plugins.ensureModule(name)
    } catch (error) {
      throw toPlataformaError(error, { module: name })
    }
    if (limits !== undefined) this.#modules.limit(name, limits)
    return this.#modules.open(name) as unknown as ModuleDatabase<TablesOf<Modules, Name>>
  }

  /**
   * A module that this process has created, or that existed at `initialize()`.
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`, `PLT_NOT_INITIALIZED`
   */
  module<Name extends string>(name: Name): ModuleDatabase<TablesOf<Modules, Name>> {
    this.#engine.assertReady()
    return this.#modules.known(name) as unknown as ModuleDatabase<TablesOf<Modules, Name>>
  }

  /**
   * Runs `fn` for a tenant: every call of a module inside it, however deep, sees that tenant alone.
   * @throws PlataformaError `PLT_TENANT_ID_INVALID`, `PLT_CONTEXT_CHANGED_IN_TRANSACTION`
   * @example
   * await database.withContext({ tenantId, userId }, () => vendas.select('clientes'))
   */
  async withContext<T>(context: TenantContext, fn: () => T | Promise<T>): Promise<T> {
    assertGiven.function('fn', fn)
    return await this.#runAs({ kind: 'tenant', context: takeTenantContext(context) }, fn)
  }

  /**
   * Runs `fn` across tenants, for jobs and reports; who asked and why is recorded first.
   * @throws PlataformaError `PLT_OPTION_INVALID` without a reason
   */
  async asSystem<T>(options: { readonly reason: string }, fn: () => T | Promise<T>): Promise<T> {
    this.#engine.assertReady()
    assertGiven.function('fn', fn)
    const acting = systemActing(options?.reason, this.#engine.store.acting)
    this.#assertMayBecome(acting)
    await recordSystemAccess(this.#engine.connections.admin, acting)
    return await this.#runAs(acting, fn)
  }

  /**
   * Runs `fn` in one transaction as the owner of a module, who sees every tenant: for DDL and
   * backfills. What it makes is protected before COMMIT.
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
   * @example
   * await database.asOwner('vendas', (trx) => sql`create view ativos as …`.execute(trx))
   */
  async asOwner<T>(module: string, fn: (trx: OwnerTransaction) => Promise<T>): Promise<T> {
    this.#engine.assertReady()
    return await this.#engine.isolation.asOwner(module, fn)
  }

  /**
   * A transaction across modules, each statement under its module's role.
   * @example
   * await database.transaction(async (tx) => {
   *   await tx.module('vendas').insert('pedidos', [pedido])
   *   await tx.module('estoque').update('saldos', saldo, { where: { produto_id } })
   * })
   */
  async transaction<T>(
    fn: (tx: SystemTransaction<Modules>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    this.#engine.assertReady()
    return await this.#transactions.run(fn, options)
  }

  /** How the parts do; answers within a second however the servers behave. */
  healthCheck(): Promise<SystemHealth> {
    return new DatabaseHealth(this.#engine.connections, this.#plugins.contributions).check()
  }

  /** Ends every session, timer and socket. Idempotent. */
  close(): Promise<void> {
    this.#engine.refuseWork()
    return this.#closers.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A plugin's manager. @throws PlataformaError `PLT_NOT_INITIALIZED` */
  managerOf(name: string): unknown {
    this.#engine.assertReady()
    return this.#plugins.managers.get(name)
  }

  /** A subclass may have a member of its own for a plugin that it brings. */
  #expose(name: string): void {
    if (name in this) return
    Object.defineProperty(this, name, { enumerable: true, get: () => this.managerOf(name) })
  }

  async #initialize(): Promise<void> {
    await this.#engine.prepare()
    await this.#plugins.setUp(this.#closers)
    for (const { name } of await this.#engine.isolation.listModules()) this.#modules.open(name)
    await this.#engine.tellWeaknesses()
    this.#engine.open(this.#plugins.contributions.interceptors)
  }

  #systemTransactions(): TransactionRunner<SystemTransaction<Modules>> {
    const engine = this.#engine
    return new TransactionRunner({
      store: engine.store,
      way: () => engine.way,
      scope: () => ({
        module: undefined,
        identity: { kind: engine.store.acting.kind === 'tenant' ? 'application' : 'system' },
        purpose: 'module',
        acting: engine.store.acting,
        head: undefined,
      }),
      handle: (scope, signal) =>
        new SystemTransaction<Modules>(scope, (name) => this.#modules.within(name, scope, signal)),
    })
  }

  async #runAs<T>(acting: Acting, fn: () => T | Promise<T>): Promise<T> {
    this.#assertMayBecome(acting)
    return await this.#engine.store.runAs(acting, fn)
  }

  #assertMayBecome(acting: Acting): void {
    const { transaction } = this.#engine.store
    if (transaction === undefined || transaction.closed) return
    if (actsForSame(transaction.acting, acting)) return
    throw new PlataformaError(
      'PLT_CONTEXT_CHANGED_IN_TRANSACTION',
      'The context was changed to another tenant inside an open transaction.',
      { remedy: 'End the transaction first, or begin it inside the new context.' },
    )
  }
}

/** Names that a plugin may not take: those that a database has anyway, and `then`, which is awaited. */
function reservedNames(): ReadonlySet<string> {
  const members = [Database.prototype, Object.prototype].flatMap(Object.getOwnPropertyNames)
  return new Set([...members, 'then'])
}
