/**
 * What is known about SQL texts, bounded in entries and in characters; what was asked for longest
 * ago goes first. Texts too long to be worth their room are not kept.
 */
export class TextMemory<V> {
  readonly #known = new Map<string, V>()
  readonly #maxEntries: number
  readonly #maxCharacters: number
  #characters = 0

  constructor(maxEntries: number, maxCharacters: number) {
    this.#maxEntries = maxEntries
    this.#maxCharacters = maxCharacters
  }

  get size(): number {
    return this.#known.size
  }

  get(text: string): V | undefined {
    const value = this.#known.get(text)
    if (value !== undefined && this.#nearlyFull) {
      this.#known.delete(text)
      this.#known.set(text, value)
    }
    return value
  }

  set(text: string, value: V): void {
    if (text.length > this.#maxCharacters / 16) return
    if (!this.#known.delete(text)) this.#characters += text.length
    this.#known.set(text, value)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#maxEntries && this.#characters <= this.#maxCharacters) break
      this.#known.delete(oldest)
      this.#characters -= oldest.length
    }
  }

  /** Order matters only when eviction is near; before, a hit stays one look-up. */
  get #nearlyFull(): boolean {
    return this.#known.size * 2 > this.#maxEntries || this.#characters * 2 > this.#maxCharacters
  }
}
