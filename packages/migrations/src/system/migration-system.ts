import type { Ground } from '../ground/ground.js'
import { openPlainGround } from '../ground/plain-ground.js'
import { deploy } from '../run/deploy.js'
import type { CallOptions, Engine } from '../run/engine.js'
import { planNow } from '../run/plan-now.js'
import { listMigrations } from '../source/list-migrations.js'
import { checkMigrationOptions } from './check-migration-options.js'
import type { MigrationOptions, MigrationSystemOptions } from './migration-options.js'
import type { PlanReport, RunReport } from './migration-reports.js'

/** Options for who has a ground already: the system. */
export type GroundedOptions = MigrationOptions & { readonly ground: Ground }

const DEFAULTS = {
  lockWaitMs: 600_000,
  lockTimeoutMs: 3_000,
  lockRetries: 10,
  parallel: 4,
  outOfOrder: 'error',
} as const

/**
 * The migrations of all modules of a database.
 *
 * @example
 * await using migrations = new MigrationSystem({ connectionString, directory: './migrations' })
 * const { applied } = await migrations.runAllMigrations()
 */
export class MigrationSystem implements AsyncDisposable {
  readonly #options: MigrationOptions
  readonly #closing = new AbortController()
  readonly #open: () => Promise<Ground>
  #ground: Promise<Ground> | undefined

  /** @throws PlataformaError `PLT_CONFIG_INVALID` */
  constructor(options: MigrationSystemOptions | GroundedOptions) {
    const more = {
      db: 'anything',
      connectionString: 'anything',
      ground: 'anything',
      log: 'anything',
    }
    checkMigrationOptions(options, more as Readonly<Record<string, 'anything'>>)
    this.#options = options
    this.#open = async () => ('ground' in options ? options.ground : openPlainGround(options))
  }

  /**
   * Runs what is pending of a module, and what it needs of others.
   *
   * @throws PlataformaError `PLT_MIGRATION_…`
   */
  async runModuleMigrations(module: string, call: CallOptions = {}): Promise<RunReport> {
    return await deploy(await this.#engine(), { ...this.#call(call), modules: [module] })
  }

  /**
   * Runs what is pending of all modules.
   *
   * @throws PlataformaError `PLT_MIGRATION_…`
   */
  async runAllMigrations(call: CallOptions = {}): Promise<RunReport> {
    return await deploy(await this.#engine(), this.#call(call))
  }

  /**
   * What a run would do, in its order; writes nothing and waits for nobody.
   *
   * @throws PlataformaError `PLT_MIGRATION_…`
   */
  async plan(call: CallOptions & { readonly module?: string } = {}): Promise<PlanReport> {
    const engine = await this.#engine()
    const { module } = call
    const modules = module === undefined ? undefined : [module]
    const { plan } = await planNow(engine, engine.ground.db, modules)
    return {
      steps: plan.steps.map(({ migration: { module, name, metadata, place }, reason }) => ({
        module,
        name,
        version: metadata.version ?? null,
        reason,
        place,
      })),
      warnings: plan.warnings,
    }
  }

  /** Ends what runs, and what was opened here. Repeatable. */
  async close(): Promise<void> {
    this.#closing.abort()
    const ground = await this.#ground?.catch(() => undefined)
    this.#ground = undefined
    await ground?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #engine(): Promise<Engine> {
    this.#closing.signal.throwIfAborted()
    const options = this.#options
    this.#ground ??= this.#open()
    const ground = await this.#ground
    return {
      ground,
      lockWaitMs: options.lockWaitMs ?? DEFAULTS.lockWaitMs,
      lockTimeoutMs: options.lockTimeoutMs ?? DEFAULTS.lockTimeoutMs,
      lockRetries: options.lockRetries ?? DEFAULTS.lockRetries,
      statementTimeoutMs: options.statementTimeoutMs,
      parallel: options.parallel ?? DEFAULTS.parallel,
      outOfOrder: options.outOfOrder ?? DEFAULTS.outOfOrder,
      extensions: options.extensions ?? [],
      list: () => listMigrations(options),
    }
  }

  #call({ signal, onProgress = this.#options.onProgress }: CallOptions): CallOptions {
    const closing = this.#closing.signal
    return {
      signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
      onProgress,
    }
  }
}
