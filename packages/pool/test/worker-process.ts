import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import type { BudgetOption } from '../src/index.js'
import type { WorkerReport } from './budget-worker.js'

export interface WorkerOptions {
  readonly connectionString: string
  readonly callers: number
  readonly budget?: BudgetOption
}

/** A process of its own that keeps callers busy on one pool. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly errors: string[] = []
  readonly failures: string[] = []
  report: WorkerReport | undefined

  constructor({ connectionString, callers, budget }: WorkerOptions) {
    const program = new URL('./budget-worker.ts', import.meta.url)
    this.#child = spawn(
      process.execPath,
      ['--conditions', 'plataforma-source', '--import', 'tsx', program.pathname],
      {
        cwd: new URL('..', import.meta.url),
        stdio: ['pipe', 'pipe', 'pipe'],
        env: {
          ...process.env,
          DATABASE_URL: connectionString,
          CALLERS: String(callers),
          ...(budget !== undefined && { BUDGET: JSON.stringify(budget) }),
        },
      },
    )
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => this.errors.push(text))
    if (this.#child.stdout === null) throw new Error('It was started with a pipe.')
    createInterface(this.#child.stdout).on('line', (line) => {
      this.report = JSON.parse(line) as WorkerReport
      this.failures.push(...this.report.failures)
    })
  }

  get places(): number {
    return this.report?.budget.places ?? 0
  }

  get used(): number {
    return this.report?.budget.used ?? 0
  }

  want(callers: number): void {
    this.#child.stdin?.write(`${callers}\n`)
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name)
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  /** Ends it in good order. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.stdin?.end()
    await once(this.#child, 'exit')
    expect(this.errors).toEqual([])
  }
}
