import { PlataformaError } from '../error/plataforma-error.js'
import { Batch, type BatchOutcome, type BatchStatement } from '../wire/batch.js'
import { sendCancelRequest } from '../wire/cancel-request.js'
import { asPgClient, type PgClient } from '../wire/pg-internals.js'
import { PortalStream } from '../wire/portal-stream.js'
import { PreparedStatements } from '../wire/prepared-statements.js'
import type { StatementNames } from '../wire/statement-names.js'
import type { WireResult, WireStatement } from './session.js'

interface PgResult {
  readonly command: string | null
  readonly rowCount: number | null
  readonly rows: Record<string, unknown>[]
}

const connections = new WeakMap<object, PgConnection>()

/** One physical connection for as long as it lives, whoever borrows it. */
export class PgConnection {
  readonly client: PgClient
  readonly prepared = new PreparedStatements()
  backendPid = 0
  clockOffsetMs = 0
  #names: StatementNames
  #namesHold = true
  #broken = false
  #measured = false
  #current: { handleParseComplete(): void } | undefined
  /** Ends when the last of those that wait for this connection, in order, has been answered. */
  #last: Promise<void> | undefined

  private constructor(client: PgClient, names: StatementNames) {
    this.client = client
    this.#names = names
    // A client without a listener turns a killed backend into an uncaught exception; the pool
    // takes its own away while the client is lent out.
    client.on('error', () => {
      this.#broken = true
    })
    client.on('end', () => {
      this.#broken = true
    })
    client.connection.on('parseComplete', () => this.#current?.handleParseComplete())
  }

  static of(client: object, names: StatementNames): PgConnection {
    let connection = connections.get(client)
    if (connection === undefined) {
      connection = new PgConnection(asPgClient(client), names)
      connections.set(client, connection)
    }
    return connection
  }

  get broken(): boolean {
    return this.#broken || !this.client._queryable || this.client._ending
  }

  get transactionStatus(): 'idle' | 'transaction' | 'failed' {
    const status = this.client._txStatus
    return status === 'T' ? 'transaction' : status === 'E' ? 'failed' : 'idle'
  }

  get busy(): boolean {
    return this.#last !== undefined
  }

  /** Resolves when the server has answered everything that was sent. */
  async settled(): Promise<void> {
    while (this.#last !== undefined) await this.#last
  }

  /** Asks once for the backend's id and clock, which a signed context is bound to. */
  async measure(): Promise<void> {
    if (this.#measured) return
    const before = Date.now()
    const outcome = await this.send([
      [
        {
          text: 'select pg_backend_pid() as pid, extract(epoch from clock_timestamp()) * 1000 as now',
        },
      ],
    ])
    if (outcome.failure !== undefined) throw outcome.failure.error
    const row = outcome.results[0]?.[0]?.rows[0]
    const pid = Number(row?.pid)
    this.clockOffsetMs = Number(row?.now) - (before + Date.now()) / 2
    // Another id than the client was told at connect is the sign of a pooler in between.
    this.backendPid = pid === this.client.processID ? pid : 0
    this.#measured = true
  }

  async send(segments: readonly (readonly WireStatement[])[]): Promise<BatchOutcome> {
    const done = await this.#turn()
    const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>()
    try {
      this.#submit(segments, (outcome) => {
        done()
        resolve(outcome)
      })
    } catch (error) {
      done()
      reject(error)
    }
    return promise
  }

  #submit(
    segments: readonly (readonly WireStatement[])[],
    settle: (outcome: BatchOutcome) => void,
  ): void {
    const batch = new Batch(this.client, {
      prepared: this.prepared,
      segments: segments.map((statements) => statements.map((each) => this.#named(each))),
      settle: (outcome) => {
        this.#current = undefined
        if (outcome.failure?.connectionLost) this.#broken = true
        settle(outcome)
      },
    })
    this.#current = batch
    this.client.query(batch)
  }

  /** Waits in strict order; the caller must call what it gets when its work was answered. */
  async #turn(): Promise<() => void> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    const done = () => {
      if (this.#last === promise) this.#last = undefined
      resolve()
    }
    if (before !== undefined) await before
    if (this.broken) {
      done()
      throw connectionLost()
    }
    return done
  }

  /** By the simple protocol, as `pg` does it for a text without parameters. */
  async script(text: string): Promise<readonly WireResult[]> {
    const done = await this.#turn()
    try {
      const answer = (await this.client.query(text)) as PgResult | readonly PgResult[]
      return [answer].flat().map(({ command, rowCount, rows }) => ({
        command: command ?? '',
        rowCount: rowCount ?? 0,
        rows,
      }))
    } finally {
      done()
    }
  }

  async openPortal(
    head: readonly WireStatement[],
    statement: WireStatement,
    chunkSize: number,
  ): Promise<PortalStream> {
    const done = await this.#turn()
    return new PortalStream(this.client, {
      head: head.map(unnamed),
      statement: unnamed(statement),
      chunkSize,
      settle: (lost) => {
        if (lost) this.#broken = true
        done()
      },
    })
  }

  cancel(): Promise<void> {
    return sendCancelRequest(this.client)
  }

  /** Ends the socket without a word, where the server no longer answers. */
  destroy(): void {
    this.#broken = true
    this.client.connection.stream.destroy()
  }

  /** Prepared statements do not survive here: a pooler hands each transaction another backend. */
  stopNaming(): void {
    this.#namesHold = false
    this.prepared.forgetAll()
  }

  #named(statement: WireStatement): BatchStatement {
    const prepare = this.#namesHold ? (statement.prepare ?? 'auto') : 'never'
    const name =
      prepare === 'never'
        ? undefined
        : this.#names.nameOf(statement.scopeKey ?? '', statement.text, prepare === 'always')
    return { text: statement.text, values: statement.values ?? [], name }
  }
}

function unnamed(statement: WireStatement): BatchStatement {
  return { text: statement.text, values: statement.values ?? [], name: undefined }
}

function connectionLost(): PlataformaError {
  return new PlataformaError('PLT_DATABASE_UNAVAILABLE', 'The connection to PostgreSQL was lost.', {
    remedy: 'Call again: the next call takes another connection.',
  })
}
