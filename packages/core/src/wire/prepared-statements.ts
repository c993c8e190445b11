import { isStalePlan } from '../error/stale-plan.js'
import { LruMap } from './lru-map.js'
import type { MessageWriter } from './message-writer.js'
import type { ResultShape } from './result-shape.js'
import type { StatementNames } from './statement-names.js'
import type { WireStatement } from './wire-statement.js'

/** A statement that the server has confirmed, with its columns once they were described. */
export interface PreparedStatement {
  /**
   * They can't change while the name lives: PostgreSQL refuses to execute a named statement whose
   * result type changed (0A000).
   */
  shape: ResultShape | undefined
}

/** What one connection has prepared, as confirmed by the server's ParseComplete. */
export class PreparedStatements {
  readonly #names: StatementNames
  readonly #confirmed: LruMap<string, PreparedStatement>
  #closing: { readonly kind: 'statement' | 'portal'; readonly name: string }[] = []
  /** Whether a pooler is known to stand between. */
  isPooled = false

  constructor(names: StatementNames, capacity = 256) {
    this.#names = names
    this.#confirmed = new LruMap(capacity, (name) => this.#close(name))
  }

  get size(): number {
    return this.#confirmed.size
  }

  nameFor({ text, prepare = 'auto', scopeKey = '' }: WireStatement): string | undefined {
    if (prepare === 'never' || this.isPooled) return undefined
    return this.#names.nameOf(scopeKey, text, prepare === 'always')
  }

  get(name: string): PreparedStatement | undefined {
    return this.#confirmed.get(name)
  }

  confirm(name: string): PreparedStatement {
    const statement: PreparedStatement = { shape: undefined }
    this.#confirmed.set(name, statement)
    return statement
  }

  /** Something took the statements away, or may have. */
  forgetAll(): void {
    // Those that are still there would be in the way of their own next Parse.
    for (const name of this.#confirmed.keys()) this.#close(name)
    this.#confirmed.clear()
  }

  /** Says whether `error` came from the name itself, so that its statement may be sent again. */
  mend(error: Error, name: string): boolean {
    const { code } = error as { code?: unknown }
    if (code === '26000') {
      this.#names.noteLoss(this.isPooled)
      this.forgetAll()
    } else if (code === '42P05') {
      this.#names.noteLoss(this.isPooled)
      this.#forget(name)
    } else if (isStalePlan(error)) {
      this.#forget(name)
    } else {
      return false
    }
    return true
  }

  /** The portal is closed along with whatever is sent next. */
  closePortal(name: string): void {
    this.#closing.push({ kind: 'portal', name })
  }

  /** Closes what nobody here knows any more; the server has no objection to names it lacks. */
  writeClosing(writer: MessageWriter): void {
    if (this.#closing.length === 0) return
    for (const { kind, name } of this.#closing) writer.close(kind, name)
    this.#closing = []
  }

  #forget(name: string): void {
    this.#confirmed.delete(name)
    this.#close(name)
  }

  #close(name: string): void {
    this.#closing.push({ kind: 'statement', name })
  }
}
