import { type DatabaseConnection, type Kysely, type RawBuilder, sql } from 'kysely'
import { AbortDeadline } from '../abort/abort-deadline.js'
import { literal } from './literal.js'
import { SESSION_SETTINGS } from './session-settings.js'

const PREPARED = 'plataforma_migration_query_'

/** A backend of the server: a process id is given again to others. */
export interface Backend {
  readonly pid: number
  /** Seconds since 1970, as text. */
  readonly startedAt: string
}

/** One session of the administrator, held while migrations run on it. */
export class MigrationSession {
  /** Bound to the session. */
  readonly db: Kysely<unknown>
  readonly backend: Backend
  /** When it was taken from its pool, by the server's clock. */
  readonly begunAt: string
  /** Who has logged in. */
  readonly sessionUser: string
  /** The login, unless it has another role from its begin. */
  readonly currentUser: string
  /** Ends what runs on the session when it is aborted. */
  readonly signal: AbortSignal | undefined
  readonly #prepared = new Map<string, string>()
  readonly #connection: DatabaseConnection

  private constructor(parts: Parts & Begun & { readonly backend: Backend }) {
    this.db = parts.db
    this.backend = parts.backend
    this.begunAt = parts.begunAt
    this.sessionUser = parts.sessionUser
    this.currentUser = parts.currentUser
    this.signal = parts.signal
    this.#connection = parts.connection
  }

  static async begin(parts: Omit<Parts, 'connection'>): Promise<MigrationSession> {
    const { rows } = await sql<Backend & Begun>`
      SELECT pg_backend_pid() AS "pid", now()::text AS "begunAt",
        session_user::text AS "sessionUser", current_user::text AS "currentUser",
        (SELECT extract(epoch FROM backend_start)::text FROM pg_stat_get_activity(pg_backend_pid()))
          AS "startedAt", ${sql.raw(SESSION_SETTINGS)}`.execute(parts.db)
    const [begun] = rows
    if (begun === undefined) throw new Error('the server does not tell its process id')
    const { pid, startedAt, ...about } = begun
    // Kysely hands the connection of a held handle to whoever asks, for as long as the handle lives.
    const connection = await parts.db.getExecutor().provideConnection(async (one) => one)
    // What Kysely's own driver needs to know before it can cancel.
    await connection.collectSessionInfo?.()
    return new MigrationSession({ ...parts, ...about, connection, backend: { pid, startedAt } })
  }

  /** Runs a statement and gives its rows. */
  async query<Row>(query: RawBuilder<Row>): Promise<readonly Row[]> {
    const { rows } = await this.abortable(() => query.execute(this.db))
    return rows
  }

  /**
   * Runs a statement that comes again and again, planned once for the session. Where a migration may
   * have forgotten what is prepared, it is to be run by `query`.
   */
  async prepared<Row>(query: RawBuilder<Row>): Promise<readonly Row[]> {
    const { sql: text, parameters } = query.compile(this.db)
    let name = this.#prepared.get(text)
    if (name === undefined) {
      name = `${PREPARED}${this.#prepared.size}`
      await this.script(`PREPARE ${name} AS ${text}`)
      this.#prepared.set(text, name)
    }
    const values = parameters.length === 0 ? '' : `(${parameters.map(literal).join(', ')})`
    return await this.query(sql.raw<Row>(`EXECUTE ${name}${values}`))
  }

  /** Takes back what was prepared. */
  async forget(): Promise<void> {
    const names = [...this.#prepared.values()]
    this.#prepared.clear()
    if (names.length === 0) return
    const { rows } = await sql<{ name: string }>`
      SELECT name FROM pg_catalog.pg_prepared_statements
      WHERE name = ANY (${names}::text[])`.execute(this.db)
    for (const { name } of rows) await sql`DEALLOCATE ${sql.id(name)}`.execute(this.db)
  }

  /** Runs a text of several statements, by the simple protocol. */
  async script(text: string): Promise<void> {
    await this.abortable(() => sql.raw(text).execute(this.db))
  }

  /**
   * Runs work on the session; its statement is cancelled on the server when the signal is aborted.
   * The work has ended when this throws the signal's reason, or does not end in time.
   */
  async abortable<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this
    if (signal === undefined) return await work()
    signal.throwIfAborted()
    const cancel = () => this.#cancel()
    signal.addEventListener('abort', cancel)
    try {
      return await new AbortDeadline(signal).within(work)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  #cancel(): void {
    // The connection has a way of its own to those that cancel.
    const cancelled = this.#connection.cancelQuery?.(async () => {})
    // The statement goes on and is waited for where it cannot be cancelled.
    cancelled?.catch(() => {})
  }
}

type Begun = Pick<MigrationSession, 'begunAt' | 'sessionUser' | 'currentUser'>

interface Parts {
  readonly db: Kysely<unknown>
  readonly connection: DatabaseConnection
  readonly signal: AbortSignal | undefined
}
