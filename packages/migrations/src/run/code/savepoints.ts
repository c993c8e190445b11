import { AsyncLocalStorage } from 'node:async_hooks'
import { PlataformaError } from '@plataforma/core'

/** A transaction of Kysely's, which is a savepoint in that of the migration. */
export interface Savepoint {
  readonly name: string
  /** The one in whose callback it began. */
  readonly outer: Savepoint | undefined
  /** Whether it began beside the one that it stands in, not in its callback. */
  readonly isBeside: boolean
  /** Whether something was done in it by code that did not know of it. */
  holdsOthersWork: boolean
}

const callbacks = new AsyncLocalStorage<Savepoint>()

/**
 * The open savepoints of a migration, innermost last. One session has no place for two transactions
 * side by side: what would undo the work of one with the other is told, and fails the migration.
 */
export class Savepoints {
  readonly #stack: Savepoint[] = []
  #count = 0
  #violation: PlataformaError | undefined

  get violation(): PlataformaError | undefined {
    return this.#violation
  }

  /** To be called before anything is awaited, so that the callback is known by its context. */
  begin(): Savepoint {
    const savepoint: Savepoint = {
      name: `plataforma_${++this.#count}`,
      outer: callbacks.getStore(),
      isBeside: !this.#isInside(),
      holdsOthersWork: false,
    }
    this.#stack.push(savepoint)
    callbacks.enterWith(savepoint)
    return savepoint
  }

  /**
   * @param own the transaction that a statement belongs to, if any
   * @throws PlataformaError `PLT_MIGRATION_FAILED` when another one stands on it
   */
  assertTurn(own: Savepoint | undefined, onlyReads: boolean): void {
    const top = this.#stack.at(-1)
    if (top === own || top === undefined || this.#isInside()) return
    if (own !== undefined) throw this.#violate()
    if (!onlyReads) top.holdsOthersWork = true
  }

  /** @throws PlataformaError `PLT_MIGRATION_FAILED` when another one stands on it */
  assertInnermost(own: Savepoint): void {
    if (this.#stack.at(-1) !== own) throw this.#violate()
  }

  committed(own: Savepoint): void {
    this.#stack.pop()
    const outer = this.#stack.at(-1)
    if (outer !== undefined && (own.isBeside || own.holdsOthersWork)) outer.holdsOthersWork = true
  }

  rolledBack(own: Savepoint): void {
    const at = this.#stack.indexOf(own)
    if (at === -1) return
    const undone = this.#stack.splice(at)
    if (undone.some(({ holdsOthersWork }) => holdsOthersWork)) this.#violate()
    if (undone.slice(1).some(({ isBeside }) => isBeside)) this.#violate()
  }

  get isEmpty(): boolean {
    return this.#stack.length === 0
  }

  isOutermost(savepoint: Savepoint): boolean {
    return this.#stack[0] === savepoint
  }

  has(savepoint: Savepoint): boolean {
    return this.#stack.includes(savepoint)
  }

  #isInside(): boolean {
    const top = this.#stack.at(-1)
    let inside = callbacks.getStore()
    while (inside !== undefined && inside !== top) inside = inside.outer
    return inside === top
  }

  #violate(): PlataformaError {
    this.#violation ??= new PlataformaError(
      'PLT_MIGRATION_FAILED',
      'Two transactions of the migration’s code, or one and a statement, were open side by side.',
      {
        remedy:
          'Await one before the next begins: in a migration they are savepoints of one transaction.',
      },
    )
    return this.#violation
  }
}
