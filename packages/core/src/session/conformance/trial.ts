import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Session } from '../session.js'
import type { SessionRequest, SessionSource } from '../session-source.js'

export interface SourceLimits {
  /** Sessions at a time. */
  readonly max: number
  /** Milliseconds until a caller that waits is refused. */
  readonly acquireTimeoutMs: number
  /** Milliseconds that `close` waits for sessions that are not given back. */
  readonly closeTimeoutMs: number
}

export interface SessionSourceConformanceOptions {
  /** Stands before the name of each check. */
  readonly name: string
  /** A new source at every call, for a server that answers. */
  create(limits: SourceLimits): SessionSource | Promise<SessionSource>
  /** A login that may see and end the source's backends: the same one, or a superuser's. */
  readonly connectionString: string
  /** What each session is asked for; the administrator's unless given. */
  readonly request?: Partial<SessionRequest>
  /** Milliseconds that what should happen at once may take, 10,000 unless given. */
  readonly patienceMs?: number
}

type Row = Record<string, unknown>

const LIMITS: SourceLimits = { max: 1, acquireTimeoutMs: 3_000, closeTimeoutMs: 300 }
/** One source under trial, and somebody outside who sees what becomes of its backends. */
export class Trial {
  readonly source: SessionSource
  readonly #observer: pg.Client
  readonly #request: SessionRequest
  readonly #patienceMs: number
  readonly #lent = new Set<Session>()

  private constructor(
    source: SessionSource,
    observer: pg.Client,
    { request, patienceMs = 10_000 }: SessionSourceConformanceOptions,
  ) {
    this.source = source
    this.#observer = observer
    this.#patienceMs = patienceMs
    this.#request = {
      identity: { kind: 'administrator' },
      purpose: 'admin',
      access: 'write',
      ...request,
    }
  }

  /** Runs `work` with a fresh source, and takes everything away behind it. */
  static async run(
    options: SessionSourceConformanceOptions,
    work: (trial: Trial) => Promise<void>,
    limits: Partial<SourceLimits> = {},
  ): Promise<void> {
    const observer = new pg.Client(options.connectionString)
    observer.on('error', () => {})
    await observer.connect()
    try {
      const source = await options.create({ ...LIMITS, ...limits })
      const trial = new Trial(source, observer, options)
      try {
        await work(trial)
      } finally {
        await trial.#end()
      }
    } finally {
      await observer.end()
    }
  }

  async acquire(request: Partial<SessionRequest> = {}): Promise<Session> {
    const acquiring = this.source.acquire({ ...this.#request, ...request })
    const session = await this.soon(acquiring, 'acquire does not settle')
    this.#lent.add(session)
    return session
  }

  release(session: Session): void {
    this.#lent.delete(session)
    session.release()
  }

  /** Lends a session for `work`, and says what its backend was. */
  async borrow(work: (session: Session) => Promise<unknown>): Promise<number> {
    const session = await this.acquire()
    try {
      const pid = await this.pidOf(session)
      await work(session)
      return pid
    } finally {
      this.release(session)
    }
  }

  async rows(session: Session, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const running = session.run([{ statements: [{ text, values }] }])
    const results = await this.soon(running, `"${text}" is not answered`)
    return results[0]?.[0]?.rows ?? []
  }

  async pidOf(session: Session): Promise<number> {
    const [row] = await this.rows(session, 'select pg_backend_pid() as pid')
    return Number(row?.pid)
  }

  async setting(session: Session, name: string): Promise<string> {
    const [row] = await this.rows(session, 'select current_setting($1, true) as value', [name])
    return String(row?.value ?? '')
  }

  /** As the observer sees it. */
  async seen(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#observer.query(text, [...values])).rows
  }

  async isAlive(pid: number): Promise<boolean> {
    return (await this.seen('select from pg_stat_activity where pid = $1', [pid])).length > 0
  }

  /** Ends a backend, and waits until its client must have heard of it. */
  async kill(pid: number): Promise<void> {
    await this.seen('select pg_terminate_backend($1)', [pid])
    await this.eventually(async () => !(await this.isAlive(pid)), `backend ${pid} does not end`)
    await delay(50)
  }

  async eventually(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
    const end = performance.now() + this.#patienceMs
    while (!(await holds())) {
      assert.ok(performance.now() < end, otherwise)
      await delay(10)
    }
  }

  /** The error of something that must not succeed, and must not hang either. */
  async refusal(refused: Promise<unknown>, otherwise: string): Promise<{ code?: unknown }> {
    const settled = refused.then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    const outcome = await this.soon(settled, `${otherwise}: it does not settle`)
    assert.ok(outcome !== undefined, otherwise)
    return outcome.error as { code?: unknown }
  }

  async soon<T>(work: Promise<T>, otherwise: string): Promise<T> {
    const late = new AbortController()
    try {
      return await Promise.race([
        work,
        delay(this.#patienceMs, undefined, { signal: late.signal }).then(() =>
          assert.fail(otherwise),
        ),
      ])
    } finally {
      late.abort()
      work.catch(() => {})
    }
  }

  async #end(): Promise<void> {
    for (const session of this.#lent) session.release()
    await Promise.race([this.source.close().catch(() => {}), delay(this.#patienceMs)])
  }
}
