import { type Kysely, sql } from 'kysely'
import type { LockHolder } from '../system/migration-progress.js'
import { type ActivityRow, toHolder } from './lock-holder.js'
import type { MigrationSession } from './migration-session.js'

/** Looks, while a session works, whom it waits for: afterwards nobody can tell. */
export class BlockerWatch {
  readonly #db: Kysely<unknown>
  readonly #pid: number
  readonly #timer: NodeJS.Timeout
  #blockers: readonly LockHolder[] = []
  #isAsking = false

  constructor(session: MigrationSession, db: Kysely<unknown>, lockTimeoutMs: number) {
    this.#db = db.withoutPlugins()
    this.#pid = session.backend.pid
    // Late in the wait: most are over before.
    this.#timer = setInterval(() => void this.#look(), Math.max(50, lockTimeoutMs * 0.6))
    this.#timer.unref()
  }

  /** Who stood in the way when somebody last did. */
  get blockers(): readonly LockHolder[] {
    return this.#blockers
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    // A handle of one connection gives none until the work is over.
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      const { rows } = await sql<ActivityRow>`
        SELECT pid, usename::text AS "user", application_name AS "application",
          host(client_addr) AS "host", left(query, 500) AS "query",
          (extract(epoch FROM coalesce(xact_start, backend_start, now())) * 1000)::text AS "sinceMs"
        FROM pg_catalog.pg_stat_activity
        WHERE pid = ANY (pg_blocking_pids(${this.#pid}::int))`.execute(this.#db)
      if (rows.length > 0) this.#blockers = rows.map(toHolder)
    } catch {
      // It only serves to tell people more.
    } finally {
      this.#isAsking = false
    }
  }
}
