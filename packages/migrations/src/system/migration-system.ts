import { assertModuleName } from '@plataforma/core'
import { type AbortDeadline, untilAborted } from '../abort/abort-deadline.js'
import { boundedGround } from '../abort/bounded-ground.js'
import type { CreatedMigration } from '../create/create-migration.js'
import type { Ground } from '../ground/ground.js'
import { openPlainGround } from '../ground/plain-ground.js'
import { readEvents } from '../registry/events.js'
import type { RowTypeReport } from '../row-types/generate-types.js'
import type { RowTypeDifference } from '../row-types/verify-types.js'
import type { BaselineRequest } from '../run/baseline.js'
import { deploy } from '../run/deploy.js'
import type { CallOptions, Engine } from '../run/engine.js'
import { planReport } from '../run/plan-report.js'
import type { RepairRequest } from '../run/repair.js'
import type { RollbackRequest } from '../run/rollback.js'
import { DEFAULT_DIRECTORY, listMigrations } from '../source/list-migrations.js'
import { CALLS, checkCall } from './check-call.js'
import { checkMigrationOptions } from './check-migration-options.js'
import { checkMigrationTarget } from './check-migration-target.js'
import type { MigrationOptions, MigrationSystemOptions } from './migration-options.js'
import type {
  BaselineReport,
  HistoryEntry,
  ModuleReport,
  ModuleStatus,
  PlanReport,
  RepairReport,
  RollbackReport,
  RunReport,
} from './migration-reports.js'
import { RunningCalls } from './running-calls.js'

/**
 * Options for who has a ground already: the system.
 *
 * @internal
 */
type GroundedOptions = MigrationOptions & { readonly ground: Ground }

type Abortable = Pick<CallOptions, 'signal'>

/** Row types go to the configured folder unless another is given. */
type TypesCall = Abortable & Pick<MigrationOptions, 'outDir'>

const DEFAULTS = {
  lockWaitMs: 600_000,
  lockTimeoutMs: 3_000,
  lockRetries: 10,
  parallel: 4,
  outOfOrder: 'error',
} as const

const FURTHER_OPTIONS = { db: 'anything', connectionString: 'anything', log: 'anything' } as const
const GROUNDED_OPTIONS = { ground: 'anything', log: 'anything' } as const

/**
 * The migrations of all modules of a database.
 *
 * @example
 * const migrations = new MigrationSystem({ connectionString, directory: './migrations' })
 * const { applied } = await migrations.runAllMigrations()
 * await migrations.close()
 */
export class MigrationSystem implements AsyncDisposable {
  readonly #options: MigrationOptions
  readonly #calls = new RunningCalls()
  readonly #open: () => Promise<Ground>
  #ground: Promise<Ground> | undefined

  /** @throws PlataformaError `PLT_CONFIG_INVALID` */
  constructor(options: MigrationSystemOptions)
  /** @internal */
  constructor(options: GroundedOptions)
  constructor(options: MigrationSystemOptions | GroundedOptions) {
    if (isGrounded(options)) checkMigrationOptions(options, GROUNDED_OPTIONS)
    else {
      checkMigrationOptions(options, FURTHER_OPTIONS)
      checkMigrationTarget(options)
    }
    this.#options = options
    this.#open = async () =>
      isGrounded(options) ? options.ground : await openPlainGround(options, this.#calls.closing)
  }

  /**
   * Runs what is pending of a module, and what it needs of others.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_DATABASE_UNAVAILABLE`,
   * `PLT_MIGRATION_NOT_FOUND` for a module without migrations, `PLT_MIGRATION_FAILED` and others of
   * `PLT_MIGRATION_…`; the reason of a signal that was aborted
   */
  async runModuleMigrations(module: string, call: CallOptions = {}): Promise<RunReport> {
    assertModuleName(module)
    const options = checkCall(call, CALLS.run)
    return await this.#run(options, (engine, own) => deploy(engine, { ...own, modules: [module] }))
  }

  /**
   * Runs what is pending of all modules.
   *
   * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`, `PLT_MIGRATION_FAILED` and others of
   * `PLT_MIGRATION_…`; the reason of a signal that was aborted
   */
  async runAllMigrations(call: CallOptions = {}): Promise<RunReport> {
    return await this.#run(checkCall(call, CALLS.run), deploy)
  }

  /**
   * What a run would do, in its order; writes nothing and waits for nobody.
   *
   * @throws PlataformaError `PLT_MIGRATION_…`
   */
  async plan(call: CallOptions & { readonly module?: string } = {}): Promise<PlanReport> {
    const options = checkCall(call, CALLS.plan)
    const { module } = options
    if (module !== undefined) assertModuleName(module)
    const modules = module === undefined ? undefined : [module]
    return await this.#read(options, (engine) => planReport(engine, modules))
  }

  /**
   * How the migrations of a module stand; writes nothing and waits for nobody. A module that has
   * none is `current` with nothing in its lists.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_INVALID`,
   * `PLT_MIGRATION_NOT_FOUND` for a module that nobody knows
   */
  async getModuleStatus(module: string, call: Abortable = {}): Promise<ModuleStatus> {
    assertModuleName(module)
    const options = checkCall(call, CALLS.look)
    const { readStatus } = await import('../run/read-status.js')
    const [report] = await this.#read(options, (engine) => readStatus(engine, module))
    if (report === undefined) throw new Error(`no status of module "${module}" was read`)
    const { keysAcrossTenants: _keys, warnings: _warnings, ...status } = report
    return status
  }

  /**
   * How the migrations of one module stand, or of every module by its name, with what is to be looked
   * at; writes nothing.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_NOT_FOUND` for a module that
   * nobody knows, `PLT_MIGRATION_INVALID`
   */
  async getStatus(
    call: Abortable & { readonly module?: string } = {},
  ): Promise<readonly ModuleReport[]> {
    const options = checkCall(call, CALLS.status)
    const { module } = options
    if (module !== undefined) assertModuleName(module)
    const { readStatus } = await import('../run/read-status.js')
    return await this.#read(options, (engine) => readStatus(engine, module))
  }

  /**
   * Undoes the last migrations of a module: by their number, or down to the one that stays.
   *
   * @throws PlataformaError `PLT_MIGRATION_DEPENDED_ON`, `PLT_MIGRATION_IRREVERSIBLE`, others of
   * `PLT_MIGRATION_…`
   * @example
   * await migrations.rollback({ module: 'vendas', steps: 1 })
   */
  async rollback(request: RollbackRequest): Promise<RollbackReport> {
    const options = checkCall(request, CALLS.rollback)
    assertModuleName(options.module)
    const { rollback } = await import('../run/rollback.js')
    return await this.#run(options, (engine, own) => rollback(engine, { ...options, ...own }))
  }

  /**
   * Accepts the texts of migrations that were edited after they were applied; with `as`, says what
   * has become of one that was interrupted. To be called by who has looked at the database.
   *
   * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND`, `PLT_OPTION_INVALID`
   */
  async repair(request: RepairRequest = {}): Promise<RepairReport> {
    const options = checkCall(request, CALLS.repair)
    if (options.module !== undefined) assertModuleName(options.module)
    const { repair } = await import('../run/repair.js')
    return await this.#run(options, (engine, own) => repair(engine, { ...options, ...own }))
  }

  /**
   * Records migrations as applied without running them, for a database that has their effect.
   *
   * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND`, `PLT_OPTION_INVALID`
   */
  async baseline(request: BaselineRequest = {}): Promise<BaselineReport> {
    const options = checkCall(request, CALLS.baseline)
    if (options.module !== undefined) assertModuleName(options.module)
    const { baseline } = await import('../run/baseline.js')
    return await this.#run(options, (engine, own) => baseline(engine, { ...options, ...own }))
  }

  /**
   * Writes a file of row types for each module, and an `index.ts`; what is right already stays.
   *
   * @throws PlataformaError `PLT_TYPES_FAILED`
   */
  async generateTypes(call: TypesCall = {}): Promise<RowTypeReport> {
    const options = checkCall(call, CALLS.types)
    const { generateRowTypes } = await import('../run/row-types.js')
    return await this.#run(options, (engine) =>
      generateRowTypes(engine, { ...this.#options, ...options }),
    )
  }

  /**
   * Compares the generated row types with the database; writes nothing, and gives what differs.
   *
   * @throws PlataformaError `PLT_TYPES_FAILED`
   */
  async verifyTypes(call: TypesCall = {}): Promise<readonly RowTypeDifference[]> {
    const options = checkCall(call, CALLS.types)
    const { verifyRowTypes } = await import('../run/row-types.js')
    return await this.#read(options, (engine) =>
      verifyRowTypes(engine, { ...this.#options, ...options }),
    )
  }

  /**
   * Makes the file of a module's next migration.
   *
   * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_INVALID`; the reason of a signal
   * that was aborted before it was written
   * @example
   * const { place } = await migrations.create('vendas', 'create clientes')
   */
  async create(
    module: string,
    name: string,
    options: Abortable & { readonly kind?: 'sql' | 'ts' } = {},
  ): Promise<CreatedMigration> {
    const { kind, signal } = checkCall(options, CALLS.create)
    const { createMigration } = await import('../create/create-migration.js')
    const { directory = DEFAULT_DIRECTORY } = this.#options
    signal?.throwIfAborted()
    return createMigration({ directory, module, name, kind })
  }

  /**
   * What was done to the database by migrations, oldest first, of all modules or of one.
   *
   * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`
   */
  async history(
    call: Abortable & { readonly module?: string } = {},
  ): Promise<readonly HistoryEntry[]> {
    const options = checkCall(call, CALLS.history)
    const { module } = options
    if (module !== undefined) assertModuleName(module)
    return await this.#read(options, ({ ground }) => readEvents(ground.db.withoutPlugins(), module))
  }

  /** Ends what runs, and what was opened here; calls after it are `PLT_CLOSED`. Repeatable. */
  async close(): Promise<void> {
    await this.#calls.close()
    const ground = await this.#ground?.catch(() => undefined)
    this.#ground = undefined
    await ground?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A call that changes something: aborted, it undoes what it is at. */
  #run<T>(
    { signal, onProgress = this.#options.onProgress }: CallOptions,
    work: (engine: Engine, own: CallOptions) => Promise<T>,
  ): Promise<T> {
    return this.#calls.run(signal, async (deadline) => {
      const ground = boundedGround(await this.#opened(deadline), deadline)
      return await work(this.#engine(ground), { signal: deadline.signal, onProgress })
    })
  }

  #read<T>({ signal }: Abortable, work: (engine: Engine) => Promise<T>): Promise<T> {
    return this.#calls.read(signal, async (deadline) => {
      const ground = await this.#opened(deadline)
      return await work(this.#engine(boundedGround(ground, deadline, { isCancelled: true })))
    })
  }

  async #opened({ signal }: AbortDeadline): Promise<Ground> {
    this.#ground ??= this.#open().catch((error: unknown) => {
      // The next call tries again.
      this.#ground = undefined
      throw error
    })
    return await untilAborted(signal, this.#ground)
  }

  #engine(ground: Ground): Engine {
    const options = this.#options
    return {
      ground,
      lockWaitMs: options.lockWaitMs ?? DEFAULTS.lockWaitMs,
      lockTimeoutMs: options.lockTimeoutMs ?? DEFAULTS.lockTimeoutMs,
      lockRetries: options.lockRetries ?? DEFAULTS.lockRetries,
      statementTimeoutMs: options.statementTimeoutMs,
      parallel: options.parallel ?? DEFAULTS.parallel,
      outOfOrder: options.outOfOrder ?? DEFAULTS.outOfOrder,
      extensions: options.extensions ?? [],
      types: wantsTypes(options) ? options : undefined,
      list: () => listMigrations(options),
    }
  }
}

function isGrounded(options: unknown): options is GroundedOptions {
  return typeof options === 'object' && options !== null && 'ground' in options
}

/** Alone, they are generated where somebody says where or that. */
function wantsTypes({ types, outDir }: MigrationOptions): boolean {
  return types ?? outDir !== undefined
}
