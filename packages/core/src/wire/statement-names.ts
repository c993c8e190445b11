import { createHash } from 'node:crypto'
import { LruMap } from './lru-map.js'

/**
 * Only what PostgreSQL plans is worth a name. Others are a danger too: the columns of FETCH or
 * EXECUTE change from one time to the next under the same prepared statement.
 */
const PLANNED = /^\s*(?:select|insert|update|delete|with|merge|values)\b/i
/** Longer texts (inserts of many rows, mostly) would fill the memory of what was seen. */
const LONGEST_NAMED = 16_384
const SEEN_ONCE = ''
/** So many losses that nobody here caused, within so long, mean a pooler that keeps no names. */
const LOSSES_OF_A_POOLER = 3
const LOSSES_WITHIN_MS = 60_000

/**
 * Gives a text its prepared statement's name: a hash of scope and text, so that equal texts whose
 * plans must differ (another module or role) never share one.
 */
export class StatementNames {
  readonly #scopes = new Map<string, LruMap<string, string>>()
  readonly #capacity: number
  readonly #lossesAt: number[] = []
  #hold = true

  constructor(capacity = 2_000) {
    this.#capacity = capacity
  }

  /** Whether names hold on the connections that share these. */
  get hold(): boolean {
    return this.#hold
  }

  /** The server lacked a name, or had it from elsewhere; once is enough where a pooler is known of. */
  noteLoss(isPooled: boolean): void {
    const now = performance.now()
    const enough = this.#lossesAt.push(now) >= LOSSES_OF_A_POOLER
    const first = enough ? (this.#lossesAt.shift() ?? now) : Number.NEGATIVE_INFINITY
    if (isPooled || now - first < LOSSES_WITHIN_MS) this.#hold = false
  }

  /** The name, or `undefined` at the first sight of a text when only repeated ones are named. */
  nameOf(scopeKey: string, text: string, atOnce: boolean): string | undefined {
    if (!this.#hold) return undefined
    const names = this.#namesIn(scopeKey)
    const known = names.get(text)
    if (known !== undefined && known !== SEEN_ONCE) return known
    if (!atOnce && known === undefined) {
      if (text.length <= LONGEST_NAMED && PLANNED.test(text)) names.set(text, SEEN_ONCE)
      return undefined
    }
    const name = hashName(scopeKey, text)
    names.set(text, name)
    return name
  }

  #namesIn(scopeKey: string): LruMap<string, string> {
    let names = this.#scopes.get(scopeKey)
    if (names === undefined) {
      names = new LruMap(this.#capacity)
      this.#scopes.set(scopeKey, names)
    }
    return names
  }
}

function hashName(scopeKey: string, text: string): string {
  const hash = createHash('sha256').update(scopeKey).update('\0').update(text)
  return `plt_${hash.digest('base64url').slice(0, 24)}`
}
