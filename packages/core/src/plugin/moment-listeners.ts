import type { Moments } from '../statement/moments.js'
import type { TableDefinition } from '../table/table-definition.js'
import type { OwnerTransaction } from '../table/table-host.js'
import type { ModuleRef, PluginMoments, TableRef } from './plugin.js'

type Listeners = { [Moment in keyof PluginMoments]: PluginMoments[Moment][] }

/** Who listens to which moment, in the order of the plugins. */
export class MomentListeners {
  readonly #listeners: Listeners = {
    ensureModule: [],
    tableDefined: [],
    ensureTable: [],
    committing: [],
    committed: [],
    committedWithLsn: [],
    rolledBack: [],
    outcomeUnknown: [],
    schemaChanged: [],
    ready: [],
  }

  add<Moment extends keyof PluginMoments>(moment: Moment, listener: PluginMoments[Moment]): void {
    const list: PluginMoments[Moment][] = this.#listeners[moment]
    list.push(listener)
  }

  clear(): void {
    for (const list of Object.values(this.#listeners)) list.length = 0
  }

  get ensuresModules(): boolean {
    return this.#listeners.ensureModule.length > 0
  }

  async ensureModule(module: ModuleRef, trx: OwnerTransaction): Promise<void> {
    for (const listener of this.#listeners.ensureModule) await listener(module, trx)
  }

  get ensuresTables(): boolean {
    return this.#listeners.ensureTable.length > 0
  }

  async ensureTable(table: TableRef, trx: OwnerTransaction): Promise<void> {
    for (const listener of this.#listeners.ensureTable) await listener(table, trx)
  }

  tableDefined(definition: TableDefinition): TableDefinition {
    return this.#listeners.tableDefined.reduce((current, listener) => listener(current), definition)
  }

  async schemaChanged(module: string): Promise<void> {
    for (const listener of this.#listeners.schemaChanged) await listener(module)
  }

  async ready(): Promise<void> {
    for (const listener of this.#listeners.ready) await listener()
  }

  /** The moments of a write, as a transaction needs them. */
  get ofWrites(): Moments {
    const { committing, committed, committedWithLsn, rolledBack, outcomeUnknown } = this.#listeners
    return {
      committing,
      committed: [...committed, ...committedWithLsn],
      rolledBack,
      outcomeUnknown,
      wantsCommitLsn: committedWithLsn.length > 0,
    }
  }
}
