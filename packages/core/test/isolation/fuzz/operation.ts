import type { ModuleDatabase } from '../../../src/module/module-database.js'
import type { ModuleTransaction } from '../../../src/module/module-transaction.js'
import type { Random } from './random.js'
import type { TenantModel } from './tenant-model.js'

export interface Actor {
  readonly tenant: string
  readonly others: readonly string[]
  readonly random: Random
  readonly model: TenantModel
  /** The module itself: builders on it join an open transaction. */
  readonly module: ModuleDatabase
  /** The module, or the open transaction. */
  readonly db: ModuleDatabase | ModuleTransaction
}

/** What came, and what the oracle says must come. */
export interface Finding {
  readonly found: unknown
  readonly expected: unknown
}

export interface Operation {
  readonly name: string
  /** Aims at the rows of another tenant. */
  readonly foreign?: boolean
  /** Runs and tells the oracle; a refusal is thrown as it comes, after `expects` was told of it. */
  run(actor: Actor, expects: (refusal: string | undefined) => void): Promise<Finding>
}

export const NOTHING: Finding = { found: undefined, expected: undefined }

/** Few enough that tenants have the same ones, and a tenant has them already. */
export const drawId = ({ random }: Actor): number => random.integer(1, 12)

/** Columns of a row of `contas`; one in twelve breaks the check of `valor`. */
export const drawConta = (actor: Actor) => ({
  id: drawId(actor),
  codigo: actor.random.chance(0.2) ? null : `c${actor.random.integer(1, 8)}`,
  valor: drawAmount(actor),
})

export const drawAmount = ({ random }: Actor): number =>
  random.chance(0.08) ? -1 : random.integer(0, 50)

export const drawOther = ({ random, others }: Actor): string => random.pick(others)
