/** A map of bounded size that forgets what was asked for longest ago. */
export class LruMap<K, V> {
  readonly #map = new Map<K, V>()
  readonly #capacity: number
  readonly #onEvict: ((key: K, value: V) => void) | undefined

  constructor(capacity: number, onEvict?: (key: K, value: V) => void) {
    this.#capacity = capacity
    this.#onEvict = onEvict
  }

  get size(): number {
    return this.#map.size
  }

  get(key: K): V | undefined {
    const value = this.#map.get(key)
    if (value !== undefined && this.#map.size * 2 > this.#capacity) {
      // Order matters only when eviction is near; below half full a hit stays one look-up.
      this.#map.delete(key)
      this.#map.set(key, value)
    }
    return value
  }

  set(key: K, value: V): void {
    this.#map.delete(key)
    this.#map.set(key, value)
    if (this.#map.size <= this.#capacity) return
    const oldest = this.#map.entries().next().value
    if (oldest === undefined) return
    this.#map.delete(oldest[0])
    this.#onEvict?.(oldest[0], oldest[1])
  }

  keys(): IterableIterator<K> {
    return this.#map.keys()
  }

  delete(key: K): void {
    this.#map.delete(key)
  }

  clear(): void {
    this.#map.clear()
  }
}
