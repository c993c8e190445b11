export interface SlowQuery {
  readonly module: string
  /** The statement with `$1`, `$2`, … in place of its values; values are never kept. */
  readonly statement: string
  /** Equal for statements that differ in their values only (of libpg_query). */
  readonly fingerprint: string
  readonly count: number
  /** Milliseconds, as all the times below. */
  readonly totalTime: number
  readonly avgTime: number
  readonly maxTime: number
  readonly lastSeen: Date
}

/** Statements that were slow, the worst of them. */
export class SlowQueries {
  readonly #module: string
  readonly #capacity: number
  readonly #queries = new Map<string, SlowQuery>()

  constructor(module: string, capacity = 100) {
    this.#module = module
    this.#capacity = capacity
  }

  /** Those that took most time in all come first. */
  list(): readonly SlowQuery[] {
    return [...this.#queries.values()].sort((one, other) => other.totalTime - one.totalTime)
  }

  clear(): void {
    this.#queries.clear()
  }

  async note(text: string, tookMs: number, at: Date): Promise<void> {
    const { statement, print } = await describe(text)
    const known = this.#queries.get(print)
    const count = (known?.count ?? 0) + 1
    const totalTime = (known?.totalTime ?? 0) + tookMs
    this.#queries.set(print, {
      module: this.#module,
      statement,
      fingerprint: print,
      count,
      totalTime,
      avgTime: totalTime / count,
      maxTime: Math.max(known?.maxTime ?? 0, tookMs),
      lastSeen: at,
    })
    if (this.#queries.size > this.#capacity) this.#forgetLeast()
  }

  #forgetLeast(): void {
    const least = this.list().at(-1)
    if (least !== undefined) this.#queries.delete(least.fingerprint)
  }
}

async function describe(text: string): Promise<{ statement: string; print: string }> {
  try {
    // The parser is some megabytes: loaded when the first statement is slow.
    const { fingerprint, normalize } = await import('libpg-query')
    return { statement: await normalize(text), print: await fingerprint(text) }
  } catch {
    // What cannot be parsed may hold values anywhere.
    const [keyword = ''] = text.trimStart().split(/\s/, 1)
    return { statement: `${keyword} …`, print: `unparsed ${keyword.toLowerCase()}` }
  }
}
