import { LruMap } from './lru-map.js'
import type { ResultShape } from './result-shape.js'

/** What one connection has prepared, as confirmed by the server's ParseComplete. */
export class PreparedStatements {
  readonly #shapes: LruMap<string, { shape: ResultShape | undefined }>
  #toClose: string[] = []

  constructor(capacity = 256) {
    this.#shapes = new LruMap(capacity, (name) => this.#toClose.push(name))
  }

  get size(): number {
    return this.#shapes.size
  }

  has(name: string): boolean {
    return this.#shapes.get(name) !== undefined
  }

  /**
   * The columns of a statement's result. They can't change while the name lives: PostgreSQL
   * refuses to execute a named statement whose result type changed (0A000).
   */
  shapeOf(name: string): ResultShape | undefined {
    return this.#shapes.get(name)?.shape
  }

  confirm(name: string): void {
    this.#shapes.set(name, { shape: undefined })
  }

  describe(name: string, shape: ResultShape): void {
    const entry = this.#shapes.get(name)
    if (entry !== undefined) entry.shape = shape
  }

  forget(name: string): void {
    this.#shapes.delete(name)
    this.#toClose.push(name)
  }

  /** After DISCARD ALL, or when a pooler shows that names do not hold. */
  forgetAll(): void {
    this.#shapes.clear()
    this.#toClose = []
  }

  /** Names that the server still holds and that nobody here knows any more. */
  takeEvicted(): readonly string[] {
    if (this.#toClose.length === 0) return this.#toClose
    const evicted = this.#toClose
    this.#toClose = []
    return evicted
  }
}
