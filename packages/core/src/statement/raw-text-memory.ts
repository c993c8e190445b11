import type { CompiledQuery } from 'kysely'
import { isProven } from './proven-query-compiler.js'
import { holdsRawSql } from './raw-fragment.js'
import { TextMemory } from './text-memory.js'

/**
 * Remembers which texts came out of a tree without raw SQL. Being free of it belongs to the text:
 * whoever sends that text again, it calls the same functions.
 */
export class RawTextMemory {
  readonly #free: TextMemory<true>

  /** @param maxTexts texts that are remembered, four million characters in all at most */
  constructor(maxTexts = 5_000) {
    this.#free = new TextMemory(maxTexts, 4_000_000)
  }

  /** Whether the statement may hold raw SQL; `true` for what `ProvenQueryCompiler` did not make. */
  holdsRawSql(compiled: CompiledQuery): boolean {
    if (this.#free.get(compiled.sql) === true) return false
    if (!isProven(compiled) || holdsRawSql(compiled.query)) return true
    this.#free.set(compiled.sql, true)
    return false
  }

  /** For a text of our own making, which no caller had a word in. */
  trust(sql: string): void {
    this.#free.set(sql, true)
  }
}
