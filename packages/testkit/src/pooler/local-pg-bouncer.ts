import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../machine/free-port.js'
import { processIdentity } from '../machine/process-identity.js'
import { ServerFolder } from '../machine/server-folder.js'
import { signalProcess } from '../machine/signal-process.js'
import { unprivilegedUser } from '../machine/unprivileged-user.js'
import type { PgBouncer, PgBouncerOptions } from './pg-bouncer.js'

const START_TIMEOUT_MS = 20_000
const QUERY =
  'SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE usename = $1 AND passwd IS NOT NULL'

/** `pgbouncer` of this machine. */
export class LocalPgBouncer implements PgBouncer {
  readonly host = '127.0.0.1'
  readonly way: string
  readonly version: string
  readonly port: number
  readonly #program: string
  readonly #folder = new ServerFolder()
  readonly #options: PgBouncerOptions

  private constructor(program: string, port: number, options: PgBouncerOptions) {
    this.way = `installed (${program})`
    const output = execFileSync(program, ['--version'], { encoding: 'utf8' })
    this.version = /PgBouncer ([\d.]+)/.exec(output)?.[1] ?? 'unknown'
    this.port = port
    this.#program = program
    this.#options = options
  }

  static async launch(program: string, options: PgBouncerOptions): Promise<LocalPgBouncer> {
    const pooler = new LocalPgBouncer(program, await freePort(), options)
    try {
      pooler.#configure()
      await pooler.start()
    } catch (error) {
      await pooler.close()
      throw error
    }
    return pooler
  }

  through(connectionString: string): string {
    const url = new URL(connectionString)
    url.hostname = this.host
    url.port = String(this.port)
    return url.href
  }

  async start(): Promise<void> {
    if (this.#pid !== undefined) return
    const log = openSync(this.#path('server.log'), 'a')
    const pooler = spawn(this.#program, [this.#path('pgbouncer.ini')], {
      ...unprivilegedUser(),
      cwd: this.#folder.path,
      // Its own process group: Ctrl-C in the terminal is for the tests, not for the pooler.
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    pooler.unref()
    if (pooler.pid !== undefined) writeFileSync(this.#path('server.pid'), `${pooler.pid}\n`)
    await this.#untilReady(() => pooler.exitCode === null && pooler.signalCode === null)
  }

  async stop(): Promise<void> {
    const pid = this.#pid
    if (pid === undefined) return
    // Newer ones wait for their clients at the other signals.
    signalProcess(pid, 'SIGQUIT')
    while (processIdentity(pid)) await delay(5)
    rmSync(this.#path('server.pid'))
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#folder.remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #configure(): void {
    const { server, settings } = this.#options
    const directives = {
      listen_addr: this.host,
      listen_port: this.port,
      unix_socket_dir: '',
      pool_mode: 'transaction',
      auth_type: 'scram-sha-256',
      auth_file: this.#path('users.txt'),
      auth_user: server.user,
      auth_query: QUERY,
      max_client_conn: 500,
      default_pool_size: 10,
      ...settings,
    }
    const lines = [
      '[databases]',
      `* = host=${server.host} port=${server.port}`,
      '[pgbouncer]',
      ...Object.entries(directives).map(([name, value]) => `${name} = ${value}`),
    ]
    this.#write('pgbouncer.ini', lines)
    this.#write('users.txt', [`"${server.user}" "${server.password.replaceAll('"', '""')}"`])
  }

  #write(name: string, lines: readonly string[]): void {
    const path = this.#path(name)
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
    const user = unprivilegedUser()
    if (user) chownSync(path, user.uid, user.gid)
  }

  #path(name: string): string {
    return join(this.#folder.path, name)
  }

  get #pid(): number | undefined {
    try {
      return Number(readFileSync(this.#path('server.pid'), 'utf8')) || undefined
    } catch {
      return undefined
    }
  }

  async #untilReady(runs: () => boolean): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    while (!(await this.#answers())) {
      if (!runs() || Date.now() > deadline) {
        const log = readFileSync(this.#path('server.log'), 'utf8')
        throw new Error(`${this.#program} did not start:\n${log}`)
      }
      await delay(10)
    }
  }

  async #answers(): Promise<boolean> {
    const socket = connect({ host: this.host, port: this.port })
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
}
