import type { Statement } from './statement.js'

export interface WrittenTable {
  /** `undefined` where the statement does not qualify the name. */
  readonly schema: string | undefined
  readonly table: string
}

/** What a transaction, or a statement outside one, has written. */
export interface Writes {
  readonly tables: readonly WrittenTable[]
  /** Modules of which something was written that the facts could not name. */
  readonly unknownIn: readonly string[]
}

/** Collects what is written, statement by statement. */
export class WriteCollector {
  readonly #tables = new Map<string, WrittenTable>()
  readonly #unknown = new Set<string>()

  get empty(): boolean {
    return this.#tables.size === 0 && this.#unknown.size === 0
  }

  get writes(): Writes {
    return { tables: [...this.#tables.values()], unknownIn: [...this.#unknown] }
  }

  async note(statement: Statement): Promise<void> {
    const facts = await statement.facts()
    for (const { schema, name } of facts.tablesWritten) {
      const written = {
        schema:
          schema ?? (statement.module === undefined ? undefined : `module_${statement.module}`),
        table: name,
      }
      this.#tables.set(`${written.schema ?? ''}.${name}`, written)
    }
    if (facts.access === 'unknown' || facts.access === 'ddl') {
      this.#unknown.add(statement.module ?? '')
    }
  }
}
