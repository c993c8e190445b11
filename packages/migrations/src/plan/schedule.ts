import type { PlannedMigration } from './migration-plan.js'

export interface ScheduleOptions {
  /** How many modules migrate at the same time. */
  readonly parallel: number
  readonly signal?: AbortSignal | undefined
  /** Runs one step; workers count from 0, and each does one thing at a time. */
  run(step: PlannedMigration, worker: number): Promise<unknown>
  /** A worker is about to take another module, or to end: its module may go to another one after. */
  leave?(module: string, worker: number): Promise<unknown>
}

/** The steps of a module that are not begun yet, in their order. */
interface ModuleQueue {
  readonly module: string
  readonly steps: number[]
  next: number
  isHeld: boolean
}

/**
 * Runs the steps of a plan: each after those it needs, one of a module at a time, modules at the
 * same time up to a limit. A worker stays with its module while that has steps to run. After a
 * failure or an abort nothing more begins, and what runs is waited for.
 *
 * @throws the first error of `run` or `leave`; else the reason of the signal where steps are left
 */
export async function runSchedule(
  steps: readonly PlannedMigration[],
  options: ScheduleOptions,
): Promise<void> {
  await new Schedule(steps, options).run()
}

class Schedule {
  readonly #steps: readonly PlannedMigration[]
  readonly #options: ScheduleOptions
  readonly #queues = new Map<string, ModuleQueue>()
  /** Modules without a worker whose next step could run, in the order in which they came to it. */
  readonly #ready = new Set<ModuleQueue>()
  /** How many steps each step still waits for. */
  readonly #waits: number[]
  readonly #dependents: readonly number[][]
  #left: number
  #failure: { readonly error: unknown } | undefined
  #change = Promise.withResolvers<void>()

  constructor(steps: readonly PlannedMigration[], options: ScheduleOptions) {
    this.#steps = steps
    this.#options = options
    this.#left = steps.length
    this.#waits = steps.map(({ after }) => after.length)
    const dependents: number[][] = steps.map(() => [])
    for (const [index, { migration, after }] of steps.entries()) {
      for (const earlier of after) dependents[earlier]?.push(index)
      const { module } = migration
      const queue = this.#queues.get(module)
      if (queue !== undefined) queue.steps.push(index)
      else this.#queues.set(module, { module, steps: [index], next: 0, isHeld: false })
    }
    this.#dependents = dependents
    for (const queue of this.#queues.values()) this.#offer(queue)
  }

  async run(): Promise<void> {
    const { parallel, signal } = this.#options
    const workers = Math.min(Math.max(1, parallel), this.#queues.size)
    const wake = () => this.#wake()
    signal?.addEventListener('abort', wake)
    try {
      await Promise.all(Array.from({ length: workers }, (_, worker) => this.#work(worker)))
    } finally {
      signal?.removeEventListener('abort', wake)
    }
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#left > 0) signal?.throwIfAborted()
  }

  async #work(worker: number): Promise<void> {
    let own: ModuleQueue | undefined
    while (!this.#isOver()) {
      const queue = own !== undefined && this.#canRun(own) ? own : this.#takeReady()
      if (queue === undefined) await this.#change.promise
      else if (queue === own || (await this.#leave(own, worker))) {
        own = queue
        await this.#runNext(queue, worker)
      } else {
        this.#release(queue)
      }
    }
    await this.#leave(own, worker)
  }

  #isOver(): boolean {
    const { signal } = this.#options
    return this.#left === 0 || this.#failure !== undefined || signal?.aborted === true
  }

  #canRun({ steps, next }: ModuleQueue): boolean {
    const step = steps[next]
    return step !== undefined && this.#waits[step] === 0
  }

  #takeReady(): ModuleQueue | undefined {
    const [queue] = this.#ready
    if (queue === undefined) return undefined
    this.#ready.delete(queue)
    queue.isHeld = true
    return queue
  }

  #offer(queue: ModuleQueue): void {
    if (!queue.isHeld && this.#canRun(queue)) this.#ready.add(queue)
  }

  #release(queue: ModuleQueue): void {
    queue.isHeld = false
    this.#offer(queue)
    this.#wake()
  }

  /** Whether the worker is rid of its module and may go on. */
  async #leave(queue: ModuleQueue | undefined, worker: number): Promise<boolean> {
    if (queue !== undefined) {
      await this.#try(() => this.#options.leave?.(queue.module, worker))
      this.#release(queue)
    }
    return !this.#isOver()
  }

  async #runNext(queue: ModuleQueue, worker: number): Promise<void> {
    const index = queue.steps[queue.next++]
    const step = index === undefined ? undefined : this.#steps[index]
    if (index === undefined || step === undefined) return
    if (!(await this.#try(() => this.#options.run(step, worker)))) return
    this.#left--
    for (const dependent of this.#dependents[index] ?? []) {
      this.#waits[dependent] = (this.#waits[dependent] ?? 0) - 1
      const { migration } = this.#steps[dependent] ?? step
      const freed = this.#queues.get(migration.module)
      if (freed !== undefined) this.#offer(freed)
    }
    this.#wake()
  }

  async #try(call: () => Promise<unknown> | undefined): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      this.#failure ??= { error }
      this.#wake()
      return false
    }
  }

  #wake(): void {
    const { resolve } = this.#change
    this.#change = Promise.withResolvers()
    resolve()
  }
}
