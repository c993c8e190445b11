import { setTimeout as delay } from 'node:timers/promises'
import type { ModuleDefinition } from '../model/module-definition.js'
import type { ModuleDatabases, Operation } from '../model/operation.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { ModuleName } from '../modules/modules.js'
import type { DemoSystem } from '../platform/create-system.js'
import { Random } from '../world/random.js'
import type { World } from '../world/world.js'
import { Measurements, type WorkloadFigures } from './measurements.js'

const TICK_MS = 250

/** Who works on what, how long, and how it is watched. */
export interface WorkloadOptions {
  readonly system: DemoSystem
  readonly modules: ModuleDatabases
  readonly worlds: readonly World[]
  readonly seconds: number
  /** How many people work at the same time. */
  readonly people: number
  readonly seed: number
  readonly signal: AbortSignal
  /** Called a few times a second. */
  readonly onTick?: (figures: WorkloadFigures) => void | Promise<void>
}

/** People of all tenants do what people of shops do all day, at the same time. */
export async function runWorkload(options: WorkloadOptions): Promise<WorkloadFigures> {
  const { seconds, people, signal, onTick } = options
  const failure = new AbortController()
  const over = AbortSignal.any([signal, failure.signal, AbortSignal.timeout(seconds * 1000)])
  const measurements = new Measurements()
  const choose = createChooser(options)
  const watch = async (): Promise<void> => {
    while (!over.aborted) {
      await onTick?.(measurements.figures())
      await delay(TICK_MS, undefined, { signal: over }).catch(() => {})
    }
  }
  const person = async (): Promise<void> => {
    try {
      while (!over.aborted) await act(choose(), options, measurements)
    } catch (error) {
      failure.abort()
      throw error
    }
  }
  const ends = await Promise.allSettled([watch(), ...Array.from({ length: people }, person)])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  signal.throwIfAborted()
  return measurements.figures()
}

interface Choice {
  readonly world: World
  readonly module: ModuleName
  readonly operation: Operation
}

async function act(
  { world, module, operation }: Choice,
  { system, modules }: WorkloadOptions,
  measurements: Measurements,
): Promise<void> {
  const { tenant, random, employees } = world
  const context = { tenantId: tenant.id, userId: random.pick(employees).id, roles: ['staff'] }
  const started = performance.now()
  const outcome = await system
    .withContext(context, () => operation.run({ system, modules, world }))
    .catch((cause: unknown) => {
      throw new Error(`"${operation.name}" of module ${module} failed`, { cause })
    })
  measurements.record({
    module,
    operation: operation.name,
    tenantId: tenant.id,
    milliseconds: performance.now() - started,
    refused: outcome === 'refused',
  })
}

/** Large tenants and frequent operations come up more often. */
function createChooser({ worlds, seed }: WorkloadOptions): () => Choice {
  const random = new Random(seed)
  const tenants = worlds.flatMap((world) => repeated(world, Math.ceil(world.tenant.size * 4)))
  const operations = Object.values<ModuleDefinition>(MODULE_DEFINITIONS).flatMap((module) =>
    module.operations.flatMap((operation) =>
      repeated({ module: module.name, operation }, operation.weight),
    ),
  )
  return () => ({ world: random.pick(tenants), ...random.pick(operations) })
}

function repeated<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value)
}
