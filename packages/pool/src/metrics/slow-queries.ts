import { createHash } from 'node:crypto'
import { redactedStatement } from './redacted-statement.js'

/** A statement that was slow at least once, and what it took in all. */
export interface SlowQuery {
  readonly module: string
  /** The statement with `$1`, `$2`, … in place of its values; values are never kept. */
  readonly statement: string
  /** Equal for statements that differ in values, the length of lists, case and space only. */
  readonly fingerprint: string
  /** How often it was slow. */
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

  note(text: string, tookMs: number, at: Date): void {
    const statement = redactedStatement(text)
    const fingerprint = fingerprintOf(statement)
    const known = this.#queries.get(fingerprint)
    const count = (known?.count ?? 0) + 1
    const totalTime = (known?.totalTime ?? 0) + tookMs
    this.#queries.set(fingerprint, {
      module: this.#module,
      statement: known?.statement ?? statement,
      fingerprint,
      count,
      totalTime,
      avgTime: totalTime / count,
      maxTime: Math.max(known?.maxTime ?? 0, tookMs),
      lastSeen: at,
    })
    if (this.#queries.size > this.#capacity) this.#forgetLeast(fingerprint)
  }

  /** But for the newest, which would never get in. */
  #forgetLeast(newest: string): void {
    const least = this.list().findLast(({ fingerprint }) => fingerprint !== newest)
    if (least !== undefined) this.#queries.delete(least.fingerprint)
  }
}

/** Numbers of parameters differ where a text has values of its own beside them. */
function fingerprintOf(statement: string): string {
  const folded = statement
    .replace(/\$\d+/g, '$')
    .replace(/("(?:[^"]|"")*")|[^"]+/g, (part, quoted) => quoted ?? part.toLowerCase())
    .replace(/\s*([(),;=<>])\s*/g, '$1')
  return createHash('sha256').update(folded).digest('hex').slice(0, 16)
}
