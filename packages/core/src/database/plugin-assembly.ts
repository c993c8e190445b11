import { moduleSchema } from '../identity/module-name.js'
import { withRole } from '../isolation/acting-role.js'
import { bookkeeping } from '../isolation/bookkeeping/bookkeeping-tables.js'
import { Closers } from '../plugin/closers.js'
import { Host, PluginContributions } from '../plugin/host.js'
import type { DatabasePlugin, ModuleRef, PluginHost, TableRef } from '../plugin/plugin.js'
import type { OwnerTransaction } from '../table/table-host.js'
import type { Engine } from './engine.js'

/** The plugins of a database: set up in order, and told of modules and tables. */
export class PluginAssembly {
  contributions = new PluginContributions()
  readonly managers = new Map<string, unknown>()
  readonly #plugins: readonly DatabasePlugin[]
  readonly #engine: Engine
  readonly #opened: (module: string) => void
  #isSetUp = false

  /** @param opened is told of every module that a plugin has made */
  constructor(
    plugins: readonly DatabasePlugin[],
    engine: Engine,
    opened: (module: string) => void,
  ) {
    this.#plugins = plugins
    this.#engine = engine
    this.#opened = opened
  }

  /** Once; where a plugin fails, what was set up before it is closed and forgotten. */
  async setUp(closers: Closers): Promise<void> {
    if (this.#isSetUp) return
    const opened = new Closers()
    closers.add(() => opened.close())
    try {
      await this.#setUp(opened)
      this.#isSetUp = true
    } catch (error) {
      await opened.close().catch(() => {})
      this.contributions = new PluginContributions()
      this.managers.clear()
      this.#engine.listeners.clear()
      throw error
    }
  }

  async ensureModule(name: string): Promise<void> {
    const { listeners, connections } = this.#engine
    if (!listeners.ensuresModules) return
    const module = { name, schema: moduleSchema(name) }
    await connections.admin.transaction().execute((trx) => listeners.ensureModule(module, trx))
  }

  async #setUp(closers: Closers): Promise<void> {
    const engine = this.#engine
    const parts = {
      admin: engine.connections.admin,
      modules: {
        list: () => engine.isolation.listModules(),
        create: (name: string) => this.#createModule(name),
        ownerSettings: (name: string, session: OwnerTransaction) =>
          engine.isolation.ownerSettings(name, session),
      },
      mode: engine.options.mode,
      tenantColumn: engine.options.tenantColumn,
      isPooled: engine.connections.sessions.isPooled ?? false,
      store: engine.store,
      clock: engine.options.clock,
      log: engine.options.log,
      listeners: engine.listeners,
      closers,
      schemaChanged: (module: string) => engine.schemaChanged(module),
      ensureTable: (...table: Parameters<PluginHost['ensureTable']>) => this.#ensureTable(...table),
      releaseTable: ({ module, table }: TableRef, trx: OwnerTransaction) =>
        engine.isolation.releaseTable(module, table, trx),
      secureModule: (module: string) => engine.isolation.secureModule(module),
    }
    for (const plugin of this.#plugins) {
      const manager = await plugin.setup(new Host(plugin, parts, this.contributions))
      this.managers.set(plugin.name, manager)
    }
    if (this.#plugins.length > 0) await this.#ensureExisting()
    await engine.listeners.ready()
  }

  async #createModule(name: string): Promise<ModuleRef> {
    await this.#engine.isolation.createModule(name)
    await this.ensureModule(name)
    this.#opened(name)
    return { name, schema: moduleSchema(name) }
  }

  async #ensureTable(
    { module, table }: TableRef,
    trx: OwnerTransaction,
    { rls = true }: { readonly rls?: boolean } = {},
  ): Promise<void> {
    const { listeners, connections, isolation } = this.#engine
    if (rls) await isolation.secureTable(module, table, trx)
    else await isolation.ensureTable({ module, table }, trx)
    const owner = connections.names.owner(module)
    await withRole(trx, owner, () => listeners.ensureTable({ module, table }, trx))
  }

  /** What existed before a plugin came gets what the plugin adds. */
  async #ensureExisting(): Promise<void> {
    const { connections, isolation, listeners } = this.#engine
    const { admin } = connections
    const tables = await bookkeeping(admin).selectFrom('plataforma.tables').selectAll().execute()
    for (const module of await isolation.listModules()) {
      const { name, schema } = module
      if (listeners.ensuresModules) {
        await admin.transaction().execute((trx) => listeners.ensureModule({ name, schema }, trx))
      }
      const own = tables.filter((table) => table.module === name)
      if (!listeners.ensuresTables || own.length === 0) continue
      const ensureTables = async (trx: OwnerTransaction) => {
        for (const table of own)
          await listeners.ensureTable({ module: name, table: table.name }, trx)
      }
      await isolation.asOwner(name, ensureTables, { secure: false, tell: false })
    }
  }
}
