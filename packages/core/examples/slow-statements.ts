import type { DatabasePlugin } from '@plataforma/core'

export interface SlowStatement {
  readonly sql: string
  readonly module: string | undefined
  readonly elapsedMs: number
}

/** Remembers the slowest statements of this process. */
export class SlowStatements {
  readonly #slowest: SlowStatement[] = []

  note(statement: SlowStatement): void {
    this.#slowest.push(statement)
    this.#slowest.sort((one, other) => other.elapsedMs - one.elapsedMs)
    this.#slowest.length = Math.min(this.#slowest.length, 20)
  }

  get slowest(): readonly SlowStatement[] {
    return this.#slowest
  }
}

/** `database.slowStatements.slowest` after the plugin is listed. */
export function slowStatements(
  options: { readonly thresholdMs?: number } = {},
): DatabasePlugin<'slowStatements', SlowStatements> {
  const { thresholdMs = 100 } = options
  return {
    name: 'slowStatements',
    async setup(host) {
      const manager = new SlowStatements()
      host.intercept(async (statement, next) => {
        const started = performance.now()
        try {
          return await next(statement)
        } finally {
          const elapsedMs = performance.now() - started
          const { sql, module } = statement
          if (elapsedMs >= thresholdMs) manager.note({ sql, module, elapsedMs })
        }
      })
      host.metrics(() => ({ slowStatements: manager.slowest.length }))
      return manager
    },
  }
}
