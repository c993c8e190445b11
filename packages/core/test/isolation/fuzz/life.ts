import { isDeepStrictEqual } from 'node:util'
import type { Setting } from '../setting.js'
import { FOREIGN_OPERATIONS } from './foreign-operations.js'
import type { Actor, Operation } from './operation.js'
import { OWN_OPERATIONS } from './own-operations.js'
import { Random } from './random.js'
import { TenantModel } from './tenant-model.js'

class RolledBack extends Error {}

/** A refusal as the oracle names it: what the database says of a row that is not the tenant's. */
function codeOf(error: unknown): string {
  const { code, sqlState, message } = error as { code?: string; sqlState?: string; message: string }
  return code === 'PLT_TENANT_MISMATCH' ? code : (sqlState ?? code ?? message)
}

/** One tenant's life: random calls, each compared with what the oracle says. */
export class Life {
  readonly counts = { all: 0, foreign: 0, refused: 0, nested: 0, rolledBack: 0 }
  readonly model = new TenantModel()
  readonly #setting: Setting
  readonly #random: Random
  readonly #tenant: string
  readonly #others: readonly string[]
  readonly #seed: number

  constructor(
    setting: Setting,
    options: { readonly tenant: string; readonly others: readonly string[]; readonly seed: number },
  ) {
    this.#setting = setting
    this.#tenant = options.tenant
    this.#others = options.others
    this.#seed = options.seed
    this.#random = new Random(options.seed)
  }

  async live(operations: number): Promise<void> {
    while (this.counts.all < operations) {
      const step = this.#random.chance(0.2)
        ? () => this.#transaction(1)
        : () => this.#operation(this.#setting.vendas)
      await this.#setting.as(this.#tenant, async () => {
        await step().catch((error: unknown) => {
          if (!(error instanceof RolledBack)) throw error
        })
      })
    }
  }

  /** Rolls back at random, and wherever a statement fails outside a savepoint of its own. */
  async #transaction(depth: number): Promise<void> {
    const before = new TenantModel(this.model)
    if (depth > 1) this.counts.nested++
    try {
      await this.#setting.vendas.transaction(async (tx) => {
        for (let left = this.#random.integer(1, 5); left > 0; left--) {
          if (depth < 4 && this.#random.chance(0.25)) {
            await this.#transaction(depth + 1).catch((error: unknown) => {
              if (!(error instanceof RolledBack)) throw error
            })
          } else {
            await this.#operation(tx)
          }
        }
        if (this.#random.chance(0.25)) throw new RolledBack()
      })
    } catch (error) {
      this.model.restore(before)
      if (error instanceof RolledBack) this.counts.rolledBack++
      throw error
    }
  }

  async #operation(db: Actor['db']): Promise<void> {
    const operation: Operation = this.#random.pick(
      this.#random.chance(0.25) ? FOREIGN_OPERATIONS : OWN_OPERATIONS,
    )
    this.counts.all++
    if (operation.foreign) this.counts.foreign++
    const actor: Actor = {
      tenant: this.#tenant,
      others: this.#others,
      random: this.#random,
      model: this.model,
      module: this.#setting.vendas,
      db,
    }
    let refusal: string | undefined
    const told = await operation
      .run(actor, (expected) => {
        refusal = expected
      })
      .then(
        (finding) => ({ ...finding, code: undefined }),
        (error: unknown) => ({ found: error, expected: undefined, code: codeOf(error) }),
      )
    const agrees =
      told.code === refusal &&
      (told.code !== undefined || isDeepStrictEqual(told.found, told.expected))
    if (!agrees) {
      const what = JSON.stringify({ expected: refusal ?? told.expected, found: told.found })
      throw new Error(
        `"${operation.name}" of ${this.#tenant}, number ` +
          `${this.counts.all}, (seed ${this.#seed}) differs: ${what} ${told.code ?? ''}`,
        { cause: told.code === undefined ? undefined : told.found },
      )
    }
    if (refusal === undefined) return
    this.counts.refused++
    if (db !== this.#setting.vendas) throw new RolledBack()
  }
}
