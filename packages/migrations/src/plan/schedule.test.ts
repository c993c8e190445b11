import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlannedMigration } from './migration-plan.js'
import { planned, written } from './plan.fixture.js'
import { randomGraph } from './random-plan.fixture.js'
import { runSchedule } from './schedule.js'

/** A run of which the test ends each step by hand. */
class Steps {
  readonly running = new Map<string, PromiseWithResolvers<void>>()
  readonly begun: string[] = []
  readonly left: string[] = []

  readonly run = async ({ migration }: PlannedMigration, worker: number): Promise<void> => {
    const id = `${migration.module}:${migration.name}`
    const end = Promise.withResolvers<void>()
    this.running.set(id, end)
    this.begun.push(`${worker} ${id}`)
    await end.promise
  }

  readonly leave = async (module: string, worker: number): Promise<void> => {
    this.left.push(`${worker} ${module}`)
  }

  async end(id: string, error?: Error): Promise<void> {
    const step = this.running.get(id)
    if (step === undefined) throw new Error(`${id} does not run`)
    this.running.delete(id)
    if (error === undefined) step.resolve()
    else step.reject(error)
    await settled()
  }

  get ids(): string[] {
    return [...this.running.keys()]
  }
}

/** Everything that waits for nothing but promises is done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const independent = planned([
  written('a:001_x'),
  written('a:002_y'),
  written('b:001_x'),
  written('b:002_y'),
  written('c:001_x'),
]).steps

describe('a schedule', () => {
  it('runs modules at the same time up to the limit, each by one worker', async () => {
    const steps = new Steps()
    const ended = runSchedule(independent, { parallel: 2, ...steps })
    await settled()
    expect(steps.ids).toEqual(['a:001_x', 'b:001_x'])
    await steps.end('b:001_x')
    await steps.end('b:002_y')
    expect(steps.ids).toEqual(['a:001_x', 'c:001_x'])
    await steps.end('a:001_x')
    await steps.end('a:002_y')
    await steps.end('c:001_x')
    await ended
    expect(steps.begun).toEqual(['0 a:001_x', '1 b:001_x', '1 b:002_y', '1 c:001_x', '0 a:002_y'])
    expect(steps.left.sort()).toEqual(['0 a', '1 b', '1 c'])
  })

  it('keeps a worker on its module while nothing else could use it', async () => {
    const plan = planned([
      written('a:001_x'),
      written('a:002_y', { needs: ['b'] }),
      written('b:001_x'),
      written('b:002_y'),
    ])
    const steps = new Steps()
    const ended = runSchedule(plan.steps, { parallel: 2, ...steps })
    await settled()
    await steps.end('a:001_x')
    expect(steps.ids).toEqual(['b:001_x'])
    await steps.end('b:001_x')
    await steps.end('b:002_y')
    await steps.end('a:002_y')
    await ended
    expect(steps.begun).toContain('0 a:002_y')
    expect(steps.left.filter((left) => left === '0 a')).toHaveLength(1)
  })

  it('begins nothing after a failure, waits for what runs and gives the first error', async () => {
    const steps = new Steps()
    const ended = runSchedule(independent, { parallel: 2, ...steps }).then(
      () => 'done',
      (error: Error) => error.message,
    )
    let isOver = false
    void ended.then(() => {
      isOver = true
    })
    await settled()
    await steps.end('a:001_x', new Error('first'))
    expect(steps.ids).toEqual(['b:001_x'])
    expect(isOver).toBe(false)
    await steps.end('b:001_x', new Error('second'))
    expect(await ended).toBe('first')
    expect(steps.begun).toHaveLength(2)
    expect(steps.left.sort()).toEqual(['0 a', '1 b'])
  })

  it('ends by the signal once what runs has ended', async () => {
    const steps = new Steps()
    const controller = new AbortController()
    const { signal } = controller
    const ended = runSchedule(independent, { parallel: 1, signal, ...steps }).catch((e) => e)
    await settled()
    controller.abort(new Error('stopped'))
    await steps.end('a:001_x')
    expect(await ended).toMatchObject({ message: 'stopped' })
    expect(steps.begun).toEqual(['0 a:001_x'])
    await expect(runSchedule(independent, { parallel: 1, signal, ...steps })).rejects.toThrow(
      'stopped',
    )
    expect(steps.begun).toHaveLength(1)
  })

  it('wakes workers that wait when the signal aborts', async () => {
    const plan = planned([written('a:001_x'), written('b:001_x', { needs: ['a'] })])
    const steps = new Steps()
    const controller = new AbortController()
    const ended = runSchedule(plan.steps, {
      parallel: 2,
      signal: controller.signal,
      run: async (step, worker) => {
        const aborted = new Promise((_, reject) => {
          controller.signal.addEventListener('abort', () => reject(new Error('cancelled')))
        })
        await Promise.race([steps.run(step, worker), aborted])
      },
    })
    await settled()
    controller.abort()
    await expect(ended).rejects.toThrow('cancelled')
    expect(steps.begun).toEqual(['0 a:001_x'])
  })

  it('is done when the signal aborts after the last step', async () => {
    const last = independent.slice(0, 1)
    const controller = new AbortController()
    const run = async () => controller.abort()
    await runSchedule(last, { parallel: 1, signal: controller.signal, run })
  })

  it('gives the error of a worker that cannot leave its module', async () => {
    const leave = () => Promise.reject(new Error('no way out'))
    const run = async () => undefined
    await expect(runSchedule(independent, { parallel: 2, run, leave })).rejects.toThrow(
      'no way out',
    )
  })

  it('is done at once where there is nothing to do', async () => {
    await runSchedule([], { parallel: 4, run: () => Promise.reject(new Error('ran')) })
  })

  it('never runs a step before those it needs, nor two of one module, nor too many', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomGraph(true),
        fc.integer({ min: 1, max: 5 }),
        fc.scheduler(),
        async (graph, parallel, scheduler) => {
          fc.pre(!graph.isUnmet)
          const { steps } = planned(graph.migrations, graph.records, { outOfOrder: 'allow' })
          const done = new Set<PlannedMigration>()
          const modules = new Map<string, number>()
          const workers = new Set<number>()
          const held = new Map<number, string>()
          const run = async (step: PlannedMigration, worker: number) => {
            const { module } = step.migration
            for (const earlier of step.after) expect(done).toContain(steps[earlier])
            expect(modules.has(module)).toBe(false)
            expect(workers.has(worker)).toBe(false)
            expect([undefined, module]).toContain(held.get(worker))
            held.set(worker, module)
            expect(new Set(held.values()).size).toBe(held.size)
            modules.set(module, worker)
            workers.add(worker)
            expect(workers.size).toBeLessThanOrEqual(parallel)
            await scheduler.schedule(Promise.resolve())
            modules.delete(module)
            workers.delete(worker)
            done.add(step)
          }
          const leave = async (module: string, worker: number) => {
            expect(held.get(worker)).toBe(module)
            await scheduler.schedule(Promise.resolve())
            held.delete(worker)
          }
          const ended = runSchedule(steps, { parallel, run, leave })
          await Promise.all([ended, scheduler.waitFor(ended)])
          expect(done.size).toBe(steps.length)
          expect(held.size).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })
})
