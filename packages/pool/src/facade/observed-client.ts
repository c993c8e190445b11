import type pg from 'pg'
import type { StatementObserver } from '../session/pooled-session.js'

type Query = (...args: unknown[]) => unknown

/** Has every statement of a client measured, whoever sends it and however it is awaited. */
export function observeStatements(client: pg.Client, observe: StatementObserver): void {
  const query: Query = client.query.bind(client) as Query
  const observed: Query = (...args) => {
    const startedAt = performance.now()
    const text = textOf(args[0])
    const over = () => observe(performance.now() - startedAt, () => text)
    const place = args.findIndex((arg) => typeof arg === 'function')
    if (place !== -1) {
      const callback = args[place] as Query
      args[place] = (...answer: unknown[]) => {
        over()
        callback(...answer)
      }
      return query(...args)
    }
    const result = query(...args)
    if (result instanceof Promise) result.then(over, over)
    // Cursors and streams are read at their reader's pace: that is not the statement's time.
    else observe(0, () => text)
    return result
  }
  Object.defineProperty(client, 'query', { value: observed, writable: true, configurable: true })
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query
  const { text } = (query ?? {}) as { readonly text?: unknown }
  return typeof text === 'string' ? text : ''
}
