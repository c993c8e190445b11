import { CompiledQuery } from 'kysely'
import { ContextStore } from '../context/context-store.js'
import { signContext } from '../context/context-token.js'
import { ContextTokens } from '../context/context-tokens.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { moduleSchema } from '../identity/module-name.js'
import type { Finding } from '../isolation/inspection/finding.js'
import { ModuleIsolationManager } from '../isolation/module-isolation-manager.js'
import type { Feature } from '../plugin/feature.js'
import { MomentListeners } from '../plugin/moment-listeners.js'
import type { DatabasePlugin } from '../plugin/plugin.js'
import { FunctionNames } from '../scope/function-names.js'
import { ModuleJudge } from '../scope/module-judge.js'
import { StatementWay } from '../scope/statement-way.js'
import { PgPoolSessionSource } from '../session/pg-pool-session-source.js'
import type { StatementInterceptor } from '../statement/statement.js'
import { TYPES_QUERY } from '../table/catalog-query.js'
import { readArrayTypes } from '../table/read-array-types.js'
import { TableCatalog } from '../table/table-catalog.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import { Connections } from './connections.js'
import { DatabaseFeatures } from './database-features.js'
import type { ResolvedOptions } from './database-options.js'
import { findingsForMode } from './findings-for-mode.js'

/** What all parts of one database share, and whether it is ready for work. */
export class Engine {
  readonly options: ResolvedOptions
  readonly store = new ContextStore<TransactionScope>()
  readonly connections: Connections
  readonly tokens: ContextTokens
  readonly catalog = new TableCatalog()
  readonly listeners = new MomentListeners()
  readonly features: DatabaseFeatures
  readonly #judge: ModuleJudge
  readonly #dropListeners: ((module: string) => void)[] = []
  #isolation: ModuleIsolationManager | undefined
  #way: StatementWay | undefined
  #closed = false
  #warnedNobody = false

  constructor(
    options: ResolvedOptions,
    plugins: readonly DatabasePlugin[],
    switchedOff: readonly Feature[],
  ) {
    this.options = options
    this.connections = new Connections(options, plugins, async (login) => {
      return (await this.#isolation?.healLogin(login)) ?? false
    })
    const { admin, names, secret } = this.connections
    const key = secret.contextKey(names)
    this.tokens = new ContextTokens(
      (kind, context, binding) =>
        signContext({ key, keyId: secret.keyId, kind, context, ...binding }),
      options.clock,
    )
    this.#judge = new ModuleJudge(new FunctionNames(admin))
    this.features = new DatabaseFeatures(plugins, { off: switchedOff, log: options.log })
  }

  /** @throws PlataformaError `PLT_NOT_INITIALIZED` */
  get isolation(): ModuleIsolationManager {
    if (this.#isolation === undefined) throw notInitialized()
    return this.#isolation
  }

  /** @throws PlataformaError `PLT_NOT_INITIALIZED`, `PLT_CLOSED` */
  get way(): StatementWay {
    this.assertReady()
    return this.#way as StatementWay
  }

  /** Connects and prepares the bookkeeping; the modules wait for `open`. */
  async prepare(): Promise<void> {
    this.assertNotClosed()
    const { options } = this
    const { rolePrefix, grade, tenantColumn } = options
    const { admin } = this.connections
    const isolation = await ModuleIsolationManager.open({
      db: admin,
      secret: options.secret,
      login: grade,
      tenantColumn,
      onChange: (module) => this.schemaChanged(module),
      onDrop: (module) => {
        for (const listener of this.#dropListeners) listener(module)
      },
      onTables: async ({ module, tables }, trx) => {
        for (const table of tables) await this.listeners.ensureTable({ module, table }, trx)
      },
      onFindings: (findings) => {
        for (const finding of findings) this.#tell(finding)
      },
      ...(rolePrefix === undefined ? {} : { rolePrefix }),
    })
    await this.connections.pinNewerSettings()
    for (const finding of await isolation.initialize()) this.#tell(finding)
    // The default source leaves it to `allowPooler` whether contexts may be bound to no session.
    const { sessions } = this.connections
    const isDefault = sessions instanceof PgPoolSessionSource
    if (sessions.isPooled && !isDefault) await isolation.allowPooler(true)
    this.#isolation = isolation
    await this.#learnTypes()
  }

  /** Tells of every module that is dropped here. */
  onModuleDropped(listener: (module: string) => void): void {
    this.#dropListeners.push(listener)
  }

  /** Tells the log where the set-up is weaker than production asks for. */
  async tellWeaknesses(): Promise<void> {
    const { mode } = this.options
    if (mode !== 'production') return
    try {
      const findings = findingsForMode(await this.isolation.inspectInstallation(), mode)
      for (const finding of findings) this.#tell(finding)
    } catch (error) {
      // Another process may drop what is looked at; that is no reason not to start.
      this.options.log('warn', 'The set-up could not be inspected.', { cause: error })
    }
  }

  /** From here on statements of modules travel, through these interceptors. */
  open(interceptors: readonly StatementInterceptor[]): void {
    this.#way = new StatementWay({
      sessions: this.connections.sessions,
      judge: this.#judge,
      interceptors,
      moments: this.listeners.ofWrites,
      database: this.connections.database,
    })
  }

  async close(): Promise<void> {
    await this.connections.sessions.close()
  }

  /** Marks the end before the parts are closed, so that no new work begins. */
  refuseWork(): void {
    this.#closed = true
  }

  assertReady(): void {
    this.assertNotClosed()
    if (this.#way === undefined) throw notInitialized()
  }

  assertNotClosed(): void {
    if (!this.#closed) return
    throw new PlataformaError('PLT_CLOSED', 'The database was closed.', {
      remedy: 'Make a new one, and close it when all work is done.',
    })
  }

  readonly readCatalog = async (
    text: string,
    parameters: readonly unknown[],
  ): Promise<readonly object[]> => {
    const query = CompiledQuery.raw(text, [...parameters]) as CompiledQuery<object>
    const { rows } = await this.connections.admin.executeQuery(query)
    // Asked for a table of such types, which another process may have made.
    if (text === TYPES_QUERY) await this.#learnTypes()
    return rows
  }

  /** A table, or whatever in the module where none is named. */
  async schemaChanged(module: string, table?: string): Promise<void> {
    this.catalog.forget(moduleSchema(module), table)
    this.#judge.forget()
    // The change stands whatever comes of this; types are learnt with the next table as well.
    if (table === undefined) await this.#learnTypes().catch(() => {})
    await this.listeners.schemaChanged(module)
  }

  async #learnTypes(): Promise<void> {
    this.connections.arrayTypes.learn(await readArrayTypes(this.readCatalog))
  }

  #tell({ id, grade, message, remedy, sql }: Finding): void {
    if (grade !== 'warning' && grade !== 'error') return
    this.options.log(grade === 'error' ? 'error' : 'warn', message, { id, remedy, sql })
  }

  warnNobody(): void {
    if (this.#warnedNobody) return
    this.#warnedNobody = true
    this.options.log(
      'warn',
      'A call without a context acts as the system and sees every tenant; use `withContext`.',
    )
  }
}

function notInitialized(): PlataformaError {
  return new PlataformaError(
    'PLT_NOT_INITIALIZED',
    'The database was used before `initialize()`.',
    {
      remedy: 'Await `initialize()` first.',
    },
  )
}
