import { PlataformaError } from '../error/plataforma-error.js'
import { assertModuleName } from '../identity/module-name.js'
import { ModuleDatabase } from '../module/module-database.js'
import type { OpenTransaction, QueryCache } from '../module/module-host.js'
import { ModuleTransaction } from '../module/module-transaction.js'
import type { ModuleSetting } from '../scope/scope.js'
import { TransactionRunner } from '../transaction/transaction-runner.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import type { Engine } from './engine.js'
import { type ModuleAccess, moduleAccess } from './module-access.js'
import { ModuleTableHost } from './module-table-host.js'

interface OpenModule {
  readonly access: ModuleAccess
  readonly database: ModuleDatabase
}

/** The modules that this process has opened. */
export class OpenModules {
  readonly #engine: Engine
  readonly #cache: () => QueryCache | undefined
  readonly #modules = new Map<string, OpenModule>()
  readonly #limits = new Map<string, readonly ModuleSetting[]>()

  constructor(engine: Engine, cache: () => QueryCache | undefined) {
    this.#engine = engine
    this.#cache = cache
    engine.onModuleDropped((name) => this.#forget(name))
  }

  /** The one object of a module that exists. */
  open(name: string): ModuleDatabase {
    const known = this.#modules.get(name)
    if (known !== undefined) return known.database
    const engine = this.#engine
    const access = moduleAccess(name, {
      options: engine.options,
      names: engine.connections.names,
      store: engine.store,
      tokens: engine.tokens,
      features: engine.features,
      catalog: engine.catalog,
      readCatalog: engine.readCatalog,
      way: () => engine.way,
      warnNobody: () => engine.warnNobody(),
      settings: () => this.#limits.get(name),
    })
    const database = this.#moduleOn(access)
    this.#modules.set(name, { access, database })
    return database
  }

  limit(name: string, limits: readonly ModuleSetting[]): void {
    this.#limits.set(name, limits)
  }

  /** @throws PlataformaError `PLT_MODULE_NOT_FOUND` */
  known(name: string): ModuleDatabase {
    return this.#known(name).database
  }

  /**
   * A module's verbs inside an open transaction.
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
   */
  within(
    name: string,
    scope: TransactionScope,
    signal: AbortSignal | undefined,
  ): ModuleTransaction {
    return new ModuleTransaction(openTransaction(this.#known(name).access, scope, signal))
  }

  #forget(name: string): void {
    this.#modules.delete(name)
    this.#limits.delete(name)
  }

  #known(name: string): OpenModule {
    const module = this.#modules.get(name)
    if (module !== undefined) return module
    if (typeof name !== 'string') assertModuleName(name)
    throw new PlataformaError('PLT_MODULE_NOT_FOUND', `Module "${name}" is not known here.`, {
      module: name,
      remedy: 'Await `createModule`, which also opens one that another process has created.',
    })
  }

  #moduleOn(access: ModuleAccess): ModuleDatabase {
    const engine = this.#engine
    const { module, schema } = access
    const transactions = new TransactionRunner<OpenTransaction>({
      store: engine.store,
      way: () => engine.way,
      scope: () => access.scopes.current(),
      handle: (scope, signal) => openTransaction(access, scope, signal),
    })
    return new ModuleDatabase({
      executor: access.executor,
      tables: new ModuleTableHost({
        module,
        schema,
        features: engine.features,
        tenantColumn: engine.options.tenantColumn,
        isolation: () => engine.isolation,
        listeners: engine.listeners,
        catalog: engine.catalog,
        readCatalog: engine.readCatalog,
        schemaChanged: (table) => engine.schemaChanged(module, table),
      }),
      cache: this.#cache(),
      transaction: (run, options) => transactions.run(run, options),
    })
  }
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
