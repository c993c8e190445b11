import { CompiledQuery } from 'kysely'
import {
  type Acting,
  actsForSame,
  ContextStore,
  type SystemActing,
} from '../context/context-store.js'
import { signContext } from '../context/context-token.js'
import { ContextTokens } from '../context/context-tokens.js'
import { assertTenantContext, type TenantContext } from '../context/tenant-context.js'
import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { moduleSchema } from '../identity/module-name.js'
import { bookkeeping } from '../isolation/bookkeeping/bookkeeping-tables.js'
import { ModuleIsolationManager } from '../isolation/module-isolation-manager.js'
import type { Feature } from '../module/feature.js'
import { ModuleDatabase } from '../module/module-database.js'
import type { OpenTransaction } from '../module/module-host.js'
import { ModuleTransaction } from '../module/module-transaction.js'
import type { TablesOf } from '../module/tables-of.js'
import { Closers } from '../plugin/closers.js'
import { Host, PluginContributions } from '../plugin/host.js'
import { MomentListeners } from '../plugin/moment-listeners.js'
import type { DatabasePlugin, TableRef } from '../plugin/plugin.js'
import { orderPlugins } from '../plugin/plugin-order.js'
import { FunctionNames } from '../scope/function-names.js'
import { ModuleJudge } from '../scope/module-judge.js'
import type { ModuleSetting } from '../scope/scope.js'
import { StatementWay } from '../scope/statement-way.js'
import { readTables, TableCatalog } from '../table/table-catalog.js'
import type { OwnerTransaction, TableHost } from '../table/table-host.js'
import { SystemTransaction } from '../transaction/system-transaction.js'
import type { TransactionOptions } from '../transaction/transaction-options.js'
import { TransactionRunner } from '../transaction/transaction-runner.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import { Administration } from './administration.js'
import { Connections } from './connections.js'
import { DatabaseFeatures } from './database-features.js'
import { DatabaseHealth } from './database-health.js'
import { type DatabaseOptions, type ResolvedOptions, resolveOptions } from './database-options.js'
import type { SystemHealth } from './health.js'
import { type ModuleAccess, moduleAccess } from './module-factory.js'
import { type ModuleOptions, moduleSettings } from './module-options.js'
import { ModuleTableHost } from './module-table-host.js'
import { recordSystemAccess } from './system-access.js'

/** One PostgreSQL database as a platform of modules and tenants. */
export class Database<Modules = Record<never, never>> implements AsyncDisposable {
  readonly #options: ResolvedOptions
  readonly #plugins: readonly DatabasePlugin[]
  readonly #store = new ContextStore()
  readonly #connections: Connections
  readonly #tokens: ContextTokens
  readonly #judge: ModuleJudge
  readonly #catalog = new TableCatalog()
  readonly #listeners = new MomentListeners()
  readonly #contributions = new PluginContributions()
  readonly #closers = new Closers()
  readonly #features: DatabaseFeatures
  readonly #managers = new Map<string, unknown>()
  readonly #modules = new Map<string, { access: ModuleAccess; database: ModuleDatabase }>()
  readonly #transactions: TransactionRunner<SystemTransaction<Modules>>
  readonly #settings = new Map<string, readonly ModuleSetting[]>()
  #isolation: ModuleIsolationManager | undefined
  #way: StatementWay | undefined
  #initializing: Promise<void> | undefined
  #warnedNobody = false

  /** @throws PlataformaError `PLT_CONFIG_INVALID`, `PLT_PLUGIN_INVALID` */
  constructor(
    options: DatabaseOptions & { readonly switchedOff?: readonly Feature[] },
    plugins: readonly DatabasePlugin[] = [],
  ) {
    this.#options = resolveOptions(options)
    this.#plugins = orderPlugins(plugins, RESERVED_NAMES)
    this.#connections = new Connections(this.#options, this.#plugins, async () => false)
    const { admin, names, secret } = this.#connections
    const key = secret.contextKey(names)
    this.#tokens = new ContextTokens(
      (kind, context, binding) =>
        signContext({ key, keyId: secret.keyId, kind, context, ...binding }),
      this.#options.clock,
    )
    this.#judge = new ModuleJudge(new FunctionNames(admin))
    this.#features = new DatabaseFeatures(this.#plugins, {
      off: options.switchedOff ?? [],
      log: this.#options.log,
    })
    this.#transactions = this.#systemTransactions()
    this.#closers.add(() => this.#connections.sessions.close())
  }

  /** Modules, doors between them and the protection of tables. */
  get isolation(): ModuleIsolationManager {
    this.#assertReady()
    return this.#readyIsolation()
  }

  /** The administrator's handle and scripts: bookkeeping and roles, outside every module. */
  get admin(): Administration {
    this.#assertReady()
    return new Administration(this.#connections.admin, this.#connections.sessions)
  }

  /**
   * Connects, prepares the bookkeeping and sets the plugins up. Repeatable; after a failure it may
   * be called again.
   * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`, `PLT_PRIVILEGES_MISSING`, `PLT_CLOSED`
   */
  initialize(): Promise<void> {
    if (this.#closers.closed) return Promise.reject(closed())
    this.#initializing ??= this.#initialize().catch((error: unknown) => {
      this.#initializing = undefined
      throw toPlataformaError(error)
    })
    return this.#initializing
  }

  /**
   * The module of that name, made where it does not exist yet: schema, roles, logins.
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_NOT_INITIALIZED`
   * @example
   * const vendas = await database.createModule('vendas')
   */
  async createModule<Name extends string>(
    name: Name,
    options: ModuleOptions = {},
  ): Promise<ModuleDatabase<TablesOf<Modules, Name>>> {
    this.#assertReady()
    const settings = moduleSettings(options)
    try {
      await this.#readyIsolation().createModule(name)
      if (this.#listeners.ensuresModules) await this.#ensureModule(name)
    } catch (error) {
      throw toPlataformaError(error, { module: name })
    }
    if (settings !== undefined) this.#settings.set(name, settings)
    return this.#open(name).database as unknown as ModuleDatabase<TablesOf<Modules, Name>>
  }

  /**
   * A module that exists already.
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`, `PLT_NOT_INITIALIZED`
   */
  module<Name extends string>(name: Name): ModuleDatabase<TablesOf<Modules, Name>> {
    this.#assertReady()
    return this.#known(name).database as unknown as ModuleDatabase<TablesOf<Modules, Name>>
  }

  /**
   * Runs `fn` for a tenant: every call of a module inside it, however deep, sees that tenant alone.
   * @throws PlataformaError `PLT_TENANT_ID_INVALID`, `PLT_CONTEXT_CHANGED_IN_TRANSACTION`
   * @example
   * await database.withContext({ tenantId, userId }, () => vendas.select('clientes'))
   */
  async withContext<T>(context: TenantContext, fn: () => T | Promise<T>): Promise<T> {
    assertTenantContext(context)
    return await this.#runAs({ kind: 'tenant', context }, fn)
  }

  /**
   * Runs `fn` across tenants, for jobs and reports; who asked and why is recorded first.
   * @throws PlataformaError `PLT_OPTION_INVALID` without a reason
   */
  async asSystem<T>(options: { readonly reason: string }, fn: () => T | Promise<T>): Promise<T> {
    this.#assertReady()
    const { reason } = options
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new PlataformaError('PLT_OPTION_INVALID', 'Acting as the system needs a reason.', {
        remedy: 'Give `reason` a sentence that an auditor understands.',
      })
    }
    const acting = systemActing(reason, this.#store.acting)
    await recordSystemAccess(this.#connections.admin, acting)
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
    this.#assertReady()
    this.#known(module)
    const result = await this.#readyIsolation().asOwner(module, fn)
    await this.#schemaChanged(module)
    return result
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
    this.#assertReady()
    return await this.#transactions.run(fn, options)
  }

  /** How the parts do; answers within a second however the servers behave. */
  healthCheck(): Promise<SystemHealth> {
    return new DatabaseHealth(this.#connections, this.#contributions).check()
  }

  /** Ends every session, timer and socket. Idempotent. */
  close(): Promise<void> {
    return this.#closers.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A plugin's manager. @throws PlataformaError `PLT_NOT_INITIALIZED` */
  managerOf(name: string): unknown {
    this.#assertReady()
    return this.#managers.get(name)
  }

  async #initialize(): Promise<void> {
    const { admin, secret } = this.#connections
    const isolation = await ModuleIsolationManager.open({
      db: admin,
      secret,
      login: this.#options.grade,
      tenantColumn: this.#options.tenantColumn,
      ...(this.#options.rolePrefix === undefined ? {} : { rolePrefix: this.#options.rolePrefix }),
    })
    this.#isolation = isolation
    await isolation.initialize()
    const host = {
      admin: this.#connections.admin,
      modules: { list: () => isolation.listModules() },
      store: this.#store,
      clock: this.#options.clock,
      log: this.#options.log,
      listeners: this.#listeners,
      closers: this.#closers,
      schemaChanged: (module: string) => this.#schemaChanged(module),
      ensureTable: (table: TableRef, trx: OwnerTransaction) =>
        this.#ensureTable(isolation, table, trx),
    }
    for (const plugin of this.#plugins) {
      this.#managers.set(
        plugin.name,
        await plugin.setup(new Host(plugin, host, this.#contributions)),
      )
    }
    for (const { name } of await isolation.listModules()) this.#open(name)
    if (this.#plugins.length > 0) await this.#ensureExisting(isolation)
    this.#way = new StatementWay({
      sessions: this.#connections.sessions,
      judge: this.#judge,
      interceptors: this.#contributions.interceptors,
      moments: this.#listeners.ofWrites,
    })
  }

  async #ensureModule(name: string): Promise<void> {
    const module = { name, schema: moduleSchema(name) }
    await this.#connections.admin
      .transaction()
      .execute((trx) => this.#listeners.ensureModule(module, trx))
  }

  async #ensureTable(
    isolation: ModuleIsolationManager,
    table: TableRef,
    trx: OwnerTransaction,
  ): Promise<void> {
    const address = { schema: moduleSchema(table.module), name: table.table }
    const tables = await readTables(address.schema, [address.name], async (text, parameters) => {
      const { rows } = await trx.executeQuery(CompiledQuery.raw(text, [...parameters]))
      return rows as object[]
    })
    const { tenantColumn } = this.#options
    const hasTenant = tables.get(address.name)?.columns.has(tenantColumn) ?? false
    await isolation.ensureTable({ ...table, ...(hasTenant && { tenantColumn }) }, trx)
    await this.#listeners.ensureTable(table, trx)
  }

  /** What existed before a plugin came gets what the plugin adds. */
  async #ensureExisting(isolation: ModuleIsolationManager): Promise<void> {
    const { admin } = this.#connections
    const tables = await bookkeeping(admin).selectFrom('plataforma.tables').selectAll().execute()
    for (const { name } of await isolation.listModules()) {
      await admin.transaction().execute(async (trx) => {
        await this.#listeners.ensureModule({ name, schema: moduleSchema(name) }, trx)
        for (const table of tables) {
          if (table.module !== name) continue
          await this.#listeners.ensureTable({ module: name, table: table.name }, trx)
        }
      })
    }
  }

  #open(name: string): { access: ModuleAccess; database: ModuleDatabase } {
    const known = this.#modules.get(name)
    if (known !== undefined) return known
    const access = moduleAccess(name, {
      options: this.#options,
      names: this.#connections.names,
      store: this.#store,
      tokens: this.#tokens,
      features: this.#features,
      catalog: this.#catalog,
      readCatalog: (text, parameters) => this.#readCatalog(text, parameters),
      way: () => this.#readyWay(),
      warnNobody: () => this.#warnNobody(),
      settings: () => this.#settings.get(name),
    })
    const transactions = new TransactionRunner<OpenTransaction>({
      store: this.#store,
      way: () => this.#readyWay(),
      scope: () => access.scopes.current(),
      handle: (scope, signal) => openTransaction(access, scope, signal),
    })
    const database = new ModuleDatabase({
      executor: access.executor,
      tables: this.#tableHost(access),
      cache: undefined,
      transaction: (run, options) => transactions.run(run, options),
    })
    const module = { access, database }
    this.#modules.set(name, module)
    return module
  }

  #tableHost({ module, schema }: ModuleAccess): TableHost {
    return new ModuleTableHost({
      module,
      schema,
      features: this.#features,
      tenantColumn: this.#options.tenantColumn,
      isolation: () => this.#readyIsolation(),
      listeners: this.#listeners,
      readCatalog: (text, parameters) => this.#readCatalog(text, parameters),
      schemaChanged: () => this.#schemaChanged(module),
    })
  }

  #readyIsolation(): ModuleIsolationManager {
    if (this.#isolation === undefined) throw notInitialized()
    return this.#isolation
  }

  #known(name: string): { access: ModuleAccess; database: ModuleDatabase } {
    const module = this.#modules.get(name)
    if (module !== undefined) return module
    throw new PlataformaError('PLT_MODULE_NOT_FOUND', `There is no module "${name}".`, {
      module: name,
      remedy: 'Create it with `createModule`, which also opens one that exists.',
    })
  }

  #systemTransactions(): TransactionRunner<SystemTransaction<Modules>> {
    return new TransactionRunner({
      store: this.#store,
      way: () => this.#readyWay(),
      scope: () => ({
        module: undefined,
        identity:
          this.#store.acting.kind === 'tenant' ? { kind: 'application' } : { kind: 'system' },
        purpose: 'module',
        acting: this.#store.acting,
        head: undefined,
      }),
      handle: (scope, signal) =>
        new SystemTransaction<Modules>(
          scope,
          (name) => new ModuleTransaction(openTransaction(this.#known(name).access, scope, signal)),
        ),
    })
  }

  async #runAs<T>(acting: Acting, fn: () => T | Promise<T>): Promise<T> {
    const { transaction } = this.#store
    if (
      transaction !== undefined &&
      !transaction.closed &&
      !actsForSame(transaction.acting, acting)
    ) {
      throw new PlataformaError(
        'PLT_CONTEXT_CHANGED_IN_TRANSACTION',
        'The context was changed to another tenant inside an open transaction.',
        { remedy: 'End the transaction first, or begin it inside the new context.' },
      )
    }
    return await this.#store.runAs(acting, fn)
  }

  async #readCatalog(text: string, parameters: readonly unknown[]): Promise<readonly object[]> {
    const { rows } = await this.#connections.admin.executeQuery(
      CompiledQuery.raw(text, [...parameters]) as CompiledQuery<object>,
    )
    return rows
  }

  async #schemaChanged(module: string): Promise<void> {
    this.#catalog.forget(this.#open(module).access.schema)
    this.#judge.forget()
    await this.#listeners.schemaChanged(module)
  }

  #warnNobody(): void {
    if (this.#warnedNobody) return
    this.#warnedNobody = true
    this.#options.log(
      'warn',
      'A call without a context acts as the system and sees every tenant; use `withContext`.',
    )
  }

  #readyWay(): StatementWay {
    this.#assertReady()
    return this.#way as StatementWay
  }

  #assertReady(): void {
    if (this.#closers.closed) throw closed()
    if (this.#way === undefined) throw notInitialized()
  }
}

/** The system acts for somebody: who asked stays known. */
function systemActing(reason: string, asked: Acting): SystemActing {
  if (asked.kind !== 'tenant') return { kind: 'system', reason, context: { reason } }
  const { userId, requestId } = asked.context
  const context = { reason, ...(userId && { userId }), ...(requestId && { requestId }) }
  return { kind: 'system', reason, context }
}

function openTransaction(
  access: ModuleAccess,
  scope: TransactionScope,
  signal: AbortSignal | undefined,
): OpenTransaction {
  return {
    executor: access.executorWithin(scope, signal),
    afterCommit: (callback) => scope.afterCommit(callback),
    afterRollback: (callback) => scope.afterRollback(callback),
  }
}

/** Names that a plugin may not take. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'admin',
  'asOwner',
  'asSystem',
  'close',
  'createModule',
  'healthCheck',
  'initialize',
  'isolation',
  'managerOf',
  'module',
  'transaction',
  'withContext',
])

function notInitialized(): PlataformaError {
  return new PlataformaError(
    'PLT_NOT_INITIALIZED',
    'The database was used before `initialize()`.',
    {
      remedy: 'Await `initialize()` first.',
    },
  )
}

function closed(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The database was closed.', {
    remedy: 'Make a new one, and close it when all work is done.',
  })
}
