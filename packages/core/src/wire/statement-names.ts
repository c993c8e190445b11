import { createHash } from 'node:crypto'
import { LruMap } from './lru-map.js'

interface Name {
  readonly name: string
  seen: boolean
}

/**
 * Gives a text its prepared statement's name: a hash of scope and text, so that equal texts whose
 * plans must differ (another module or role) never share one.
 */
export class StatementNames {
  readonly #scopes = new Map<string, LruMap<string, Name>>()
  readonly #capacity: number

  constructor(capacity = 2_000) {
    this.#capacity = capacity
  }

  /** The name, or `undefined` at the first sight of a text when only repeated ones are named. */
  nameOf(scopeKey: string, text: string, atOnce: boolean): string | undefined {
    let names = this.#scopes.get(scopeKey)
    if (names === undefined) {
      names = new LruMap(this.#capacity)
      this.#scopes.set(scopeKey, names)
    }
    let entry = names.get(text)
    if (entry === undefined) {
      entry = { name: hashName(scopeKey, text), seen: false }
      names.set(text, entry)
    }
    if (!entry.seen) {
      entry.seen = true
      if (!atOnce) return undefined
    }
    return entry.name
  }
}

function hashName(scopeKey: string, text: string): string {
  const hash = createHash('sha256').update(scopeKey).update('\0').update(text)
  return `plt_${hash.digest('base64url').slice(0, 24)}`
}
