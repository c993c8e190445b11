import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { aptInstall, aptIsAllowed } from '../machine/apt-install.js'
import { findProgram } from '../machine/find-program.js'
import { freePort } from '../machine/free-port.js'
import type { Machine } from '../machine/machine.js'
import { processIdentity } from '../machine/process-identity.js'
import { ServerFolder } from '../machine/server-folder.js'
import { signalProcess } from '../machine/signal-process.js'
import { unprivilegedUser } from '../machine/unprivileged-user.js'
import { redisCommand } from './redis-command.js'
import type { RedisOptions, RedisServer } from './redis-server.js'

const START_TIMEOUT_MS = 20_000
const PROGRAMS = ['redis-server', 'valkey-server']

/** Runs `redis-server` or `valkey-server`, installed by apt if allowed; `undefined`: no way. */
export async function startLocalRedis(
  options: RedisOptions,
  machine: Machine,
): Promise<RedisServer | undefined> {
  let program = findProgram(PROGRAMS, machine)
  if (!program && aptIsAllowed(machine)) {
    aptInstall(['redis-server'], machine)
    program = findProgram(PROGRAMS, machine)
  }
  return program ? LocalRedis.launch(program, options) : undefined
}

class LocalRedis implements RedisServer {
  readonly host = '127.0.0.1'
  readonly way: string
  readonly version: string
  readonly port: number
  readonly #program: string
  readonly #folder = new ServerFolder()
  readonly #settings: RedisOptions['settings']

  private constructor(program: string, port: number, options: RedisOptions) {
    this.way = `installed (${program})`
    this.version = versionOf(program)
    this.port = port
    this.#program = program
    this.#settings = options.settings
  }

  static async launch(program: string, options: RedisOptions): Promise<LocalRedis> {
    const redis = new LocalRedis(program, await freePort(), options)
    try {
      await redis.start()
    } catch (error) {
      await redis.close()
      throw error
    }
    return redis
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`
  }

  async start(): Promise<void> {
    if (this.#pid !== undefined) return
    const settings = {
      save: '',
      appendonly: 'no',
      ...this.#settings,
      bind: this.host,
      port: this.port,
      dir: this.#folder.path,
      daemonize: 'no',
    }
    const log = openSync(this.#log, 'a')
    const server = spawn(
      this.#program,
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      {
        ...unprivilegedUser(),
        cwd: this.#folder.path,
        // Its own process group: Ctrl-C in the terminal is for the tests, not for the server.
        detached: true,
        stdio: ['ignore', log, log],
      },
    )
    closeSync(log)
    server.unref()
    if (server.pid !== undefined) writeFileSync(this.#pidFile, `${server.pid}\n`)
    await this.#untilReady(() => server.exitCode === null && server.signalCode === null)
  }

  async stop(): Promise<void> {
    const pid = this.#pid
    if (pid === undefined) return
    signalProcess(pid, 'SIGCONT')
    signalProcess(pid, 'SIGTERM')
    while (processIdentity(pid)) await delay(5)
    rmSync(this.#pidFile)
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async pause(): Promise<void> {
    if (this.#pid !== undefined) signalProcess(this.#pid, 'SIGSTOP')
  }

  async resume(): Promise<void> {
    if (this.#pid !== undefined) signalProcess(this.#pid, 'SIGCONT')
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#folder.remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #log(): string {
    return join(this.#folder.path, 'server.log')
  }

  get #pidFile(): string {
    return join(this.#folder.path, 'server.pid')
  }

  get #pid(): number | undefined {
    try {
      return Number(readFileSync(this.#pidFile, 'utf8')) || undefined
    } catch {
      return undefined
    }
  }

  async #untilReady(runs: () => boolean): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    for (;;) {
      // Any answer will do: a password or protected mode refuses the command, but speaks.
      const answer = await redisCommand(this.host, this.port, 'PING').catch(() => '')
      if (answer) return
      if (!runs() || Date.now() > deadline) {
        throw new Error(`${this.#program} did not start:\n${readFileSync(this.#log, 'utf8')}`)
      }
      await delay(10)
    }
  }
}

function versionOf(program: string): string {
  const output = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return /v=([\d.]+)/.exec(output)?.[1] ?? 'unknown'
}
