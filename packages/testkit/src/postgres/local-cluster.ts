import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { escapeIdentifier } from 'pg'
import { childProcesses } from '../machine/child-processes.js'
import { freePort } from '../machine/free-port.js'
import { processIdentity } from '../machine/process-identity.js'
import { ServerFolder } from '../machine/server-folder.js'
import { signalProcess } from '../machine/signal-process.js'
import { unprivilegedUser } from '../machine/unprivileged-user.js'
import { connectionString } from './connection-string.js'
import { DEFAULT_SETTINGS } from './default-settings.js'
import type { PostgresBinaries } from './postgres-binaries.js'
import type { PostgresOptions, PostgresServer, StopMode } from './postgres-server.js'
import { STOP_SIGNALS } from './stop-signals.js'
import { withClient } from './with-client.js'

const START_TIMEOUT_MS = 60_000

/** A cluster that this process creates and runs with the programs of an installation. */
export class LocalCluster implements PostgresServer {
  readonly host = '127.0.0.1'
  readonly user = 'postgres'
  readonly password = randomBytes(12).toString('hex')
  readonly way: string
  readonly version: string
  readonly majorVersion: number
  readonly port: number
  readonly #binaries: PostgresBinaries
  readonly #folder: ServerFolder
  readonly #settings: PostgresOptions['settings']

  private constructor(way: string, binaries: PostgresBinaries, cluster: ClusterParts) {
    this.way = way
    this.version = binaries.version
    this.majorVersion = Number.parseInt(binaries.version, 10)
    this.port = cluster.port
    this.#binaries = binaries
    this.#folder = cluster.folder
    this.#settings = cluster.settings
  }

  /** Creates a cluster in a temporary folder and starts it. */
  static async start(
    way: string,
    binaries: PostgresBinaries,
    options: PostgresOptions,
  ): Promise<LocalCluster> {
    const settings = options.settings
    const parts = { port: await freePort(), folder: new ServerFolder(), settings }
    const cluster = new LocalCluster(way, binaries, parts)
    try {
      await cluster.#initialize()
      await cluster.start()
    } catch (error) {
      await cluster.close()
      throw error
    }
    return cluster
  }

  get connectionString(): string {
    return connectionString({ ...this, database: 'postgres' })
  }

  async createDatabase(name: string): Promise<string> {
    await withClient(this.connectionString, (client) =>
      client.query(`create database ${escapeIdentifier(name)} template template0`),
    )
    return connectionString({ ...this, database: name })
  }

  async start(): Promise<void> {
    if (this.#status() === 'ready') return
    const settings = {
      ...DEFAULT_SETTINGS,
      ...this.#settings,
      listen_addresses: this.host,
      port: this.port,
      unix_socket_directories: '',
    }
    const lines = Object.entries(settings).map(
      ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`,
    )
    writeFileSync(join(this.#data, 'postgresql.auto.conf'), lines.join(''))
    const log = openSync(this.#log, 'a')
    const server = spawn(this.#binaries.postgres, ['-D', this.#data], {
      ...unprivilegedUser(),
      cwd: this.#folder.path,
      // Its own process group: Ctrl-C in the terminal is for the tests, not for the server.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, LC_ALL: undefined, LC_MESSAGES: 'C' },
    })
    closeSync(log)
    server.unref()
    await this.#untilReady(() => server.exitCode === null && server.signalCode === null)
  }

  async stop({ mode = 'fast' }: { readonly mode?: StopMode } = {}): Promise<void> {
    const pid = this.#pid
    if (pid === undefined) return
    signalProcess(pid, STOP_SIGNALS[mode])
    while (this.#pid !== undefined && processIdentity(pid)) await delay(10)
    rmSync(join(this.#data, 'postmaster.pid'), { force: true })
  }

  async restart(options: { readonly mode?: StopMode } = {}): Promise<void> {
    await this.stop(options)
    await this.start()
  }

  async pause(): Promise<void> {
    this.#signalAll('SIGSTOP')
  }

  async resume(): Promise<void> {
    this.#signalAll('SIGCONT')
  }

  async close(): Promise<void> {
    this.#signalAll('SIGCONT')
    await this.stop({ mode: 'immediate' })
    await this.#folder.remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #data(): string {
    return join(this.#folder.path, 'data')
  }

  get #log(): string {
    return join(this.#folder.path, 'server.log')
  }

  get #pid(): number | undefined {
    const pid = Number(this.#pidFile()[0])
    return pid > 0 ? pid : undefined
  }

  /** The line of postmaster.pid that `pg_ctl` waits for too. */
  #status(): string {
    return this.#pidFile()[7]?.trim() ?? ''
  }

  #pidFile(): readonly string[] {
    try {
      return readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')
    } catch {
      return []
    }
  }

  #signalAll(name: NodeJS.Signals): void {
    const pid = this.#pid
    if (pid === undefined) return
    // The postmaster first when stopping, so that it starts no process we do not see.
    signalProcess(pid, name)
    for (const child of childProcesses(pid)) signalProcess(child, name)
  }

  async #initialize(): Promise<void> {
    const passwordFile = join(this.#folder.path, 'password')
    writeFileSync(passwordFile, this.password, { mode: 0o600 })
    const user = unprivilegedUser()
    if (user) chownSync(passwordFile, user.uid, user.gid)
    const systemLocale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'
    const locale =
      this.majorVersion >= 17
        ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
        : [`--locale=${systemLocale}`]
    const args = ['-D', this.#data, '-U', this.user, `--pwfile=${passwordFile}`, ...locale]
    args.push('--encoding=UTF8', '--auth=scram-sha-256', '--no-sync', '--no-instructions')
    const output = openSync(this.#log, 'a')
    const initdb = spawn(this.#binaries.initdb, args, {
      ...user,
      cwd: this.#folder.path,
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, LC_ALL: undefined, LC_MESSAGES: 'C' },
    })
    closeSync(output)
    const code = await new Promise((resolve, reject) => {
      initdb.once('error', reject)
      initdb.once('exit', resolve)
    })
    rmSync(passwordFile)
    if (code !== 0) throw new Error(`initdb failed:\n${readFileSync(this.#log, 'utf8')}`)
  }

  async #untilReady(runs: () => boolean): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    while (this.#status() !== 'ready') {
      if (!runs() || Date.now() > deadline) {
        const log = readFileSync(this.#log, 'utf8').split('\n').slice(-20).join('\n')
        throw new Error(`PostgreSQL ${this.version} did not start:\n${log}`)
      }
      await delay(10)
    }
  }
}

interface ClusterParts {
  readonly port: number
  readonly folder: ServerFolder
  readonly settings: PostgresOptions['settings']
}
