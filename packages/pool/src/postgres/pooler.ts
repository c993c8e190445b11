import type { ClientConfig } from 'pg'
import type { PoolerOption } from '../budget/budget-options.js'

/** What is known of a pooler that stands between this process and PostgreSQL. */
export class Pooler {
  readonly #option: PoolerOption
  readonly #onFound: (sign: string) => void
  #isThere: boolean

  /** @param onFound called once, with what showed it, where nobody had said so */
  constructor(option: PoolerOption, onFound: (sign: string) => void) {
    this.#option = option
    this.#onFound = onFound
    this.#isThere = option === 'transaction'
  }

  get isThere(): boolean {
    return this.#isThere
  }

  /** @returns whether it counts from here on, that is: unless it was ruled out */
  found(sign: string): boolean {
    if (this.#option === 'none') return false
    if (!this.#isThere) {
      this.#isThere = true
      this.#onFound(sign)
    }
    return true
  }

  /** Without what a pooler refuses at the start of a session. */
  configFor(config: ClientConfig): ClientConfig {
    if (!this.#isThere) return config
    const { options: _, ...rest } = config
    return rest
  }
}
