import type { Kysely } from 'kysely'
import type { Acting } from '../context/acting.js'
import type { ContextStore } from '../context/context-store.js'
import type { Finding } from '../isolation/inspection/finding.js'
import { keysAcrossTenants } from '../isolation/inspection/keys-across-tenants.js'
import { openParents } from '../isolation/inspection/open-parents.js'
import { releaseStatement } from '../isolation/policies/release-table.js'
import type { QueryCache } from '../module/module-host.js'
import type { StatementInterceptor } from '../statement/statement.js'
import type { OwnerTransaction } from '../table/table-host.js'
import type { Closers } from './closers.js'
import type { MomentListeners } from './moment-listeners.js'
import type {
  Clock,
  DatabasePlugin,
  HealthProbe,
  Log,
  PluginHost,
  PluginModules,
  PluginMoments,
  TableRef,
} from './plugin.js'

export interface HostParts {
  readonly admin: Kysely<unknown>
  readonly modules: PluginModules
  readonly store: ContextStore
  readonly clock: Clock
  readonly log: Log
  readonly listeners: MomentListeners
  readonly closers: Closers
  readonly schemaChanged: (module: string) => Promise<void>
  readonly ensureTable: PluginHost['ensureTable']
  readonly releaseTable: PluginHost['releaseTable']
  readonly secureModule: PluginHost['secureModule']
  readonly mode: PluginHost['mode']
  readonly tenantColumn: string
  readonly isPooled: boolean
}

/** What all plugins of a database have put in. */
export class PluginContributions {
  readonly interceptors: StatementInterceptor[] = []
  cache: QueryCache | undefined
  readonly probes = new Map<string, HealthProbe>()
  readonly collectors: (() => Readonly<Record<string, number>>)[] = []
}

/** The host as one plugin sees it; its health stands under its name. */
export class Host implements PluginHost {
  readonly admin: Kysely<unknown>
  readonly modules: PluginModules
  readonly mode: PluginHost['mode']
  readonly tenantColumn: string
  readonly isPooled: boolean
  readonly clock: Clock
  readonly log: Log
  readonly #plugin: DatabasePlugin
  readonly #parts: HostParts
  readonly #contributions: PluginContributions

  constructor(plugin: DatabasePlugin, parts: HostParts, contributions: PluginContributions) {
    this.admin = parts.admin
    this.modules = parts.modules
    this.mode = parts.mode
    this.tenantColumn = parts.tenantColumn
    this.isPooled = parts.isPooled
    this.clock = parts.clock
    this.log = parts.log
    this.#plugin = plugin
    this.#parts = parts
    this.#contributions = contributions
  }

  readonly acting = (): Acting => this.#parts.store.acting

  intercept(interceptor: StatementInterceptor): void {
    this.#contributions.interceptors.push(interceptor)
  }

  on<Moment extends keyof PluginMoments>(moment: Moment, listener: PluginMoments[Moment]): void {
    this.#parts.listeners.add(moment, listener)
  }

  ensureTable(
    table: TableRef,
    trx: OwnerTransaction,
    options?: { readonly rls?: boolean },
  ): Promise<void> {
    return this.#parts.ensureTable(table, trx, options)
  }

  readonly releaseStatement = releaseStatement

  releaseTable(table: TableRef, trx: OwnerTransaction): Promise<void> {
    return this.#parts.releaseTable(table, trx)
  }

  secureModule(module: string): Promise<readonly Finding[]> {
    return this.#parts.secureModule(module)
  }

  keysAcrossTenants(...[modules, session]: Parameters<PluginHost['keysAcrossTenants']>) {
    return keysAcrossTenants(session, modules)
  }

  openParents(...[modules, session]: Parameters<PluginHost['openParents']>) {
    return openParents(session, modules, this.tenantColumn)
  }

  schemaChanged(module: string): Promise<void> {
    return this.#parts.schemaChanged(module)
  }

  cacheQueries(cache: QueryCache): void {
    this.#contributions.cache = cache
  }

  health(probe: HealthProbe): void {
    this.#contributions.probes.set(this.#plugin.name, probe)
  }

  metrics(collect: () => Readonly<Record<string, number>>): void {
    this.#contributions.collectors.push(collect)
  }

  onClose(close: () => Promise<void> | void): void {
    this.#parts.closers.add(close)
  }
}
