import type { ModuleDefinition } from '../model/module-definition.js'
import type { ModuleDatabases } from '../model/operation.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { DemoSystem } from '../platform/create-system.js'
import type { World } from '../world/world.js'

const MODULES: readonly ModuleDefinition[] = Object.values(MODULE_DEFINITIONS)

/** What is loaded, and how it is watched and stopped. */
export interface LoadOptions {
  readonly system: DemoSystem
  readonly modules: ModuleDatabases
  readonly worlds: readonly World[]
  /** How many tenants move in at the same time. */
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Told how many rows there are so far, and which part of it all that is, up to 1. */
  readonly onProgress?: (rows: number, part: number) => void
}

/** Every tenant inserts its own history, in its own context. Gives the number of rows. */
export async function loadHistory(options: LoadOptions): Promise<number> {
  const { system, worlds, concurrency, signal, onProgress } = options
  const waiting = worlds.values()
  const work = worlds.reduce((sum, { tenant }) => sum + tenant.size, 0) * MODULES.length
  let rows = 0
  let done = 0
  const mover = async (): Promise<void> => {
    for (const world of waiting) {
      const { id, size } = world.tenant
      await system.withContext({ tenantId: id, userId: 'import' }, async () => {
        for (const module of MODULES) {
          signal.throwIfAborted()
          const inserted = await moveIn(module, world, options.modules)
          rows += inserted
          done += size
          onProgress?.(rows, done / work)
        }
      })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, mover))
  return rows
}

async function moveIn(
  definition: ModuleDefinition,
  world: World,
  modules: ModuleDatabases,
): Promise<number> {
  const module = modules[definition.name]
  let total = 0
  for (const [table, rows] of Object.entries<readonly object[]>(definition.rows(world))) {
    const { affectedRows } = await module.insert<object>(table, rows, { returning: false })
    total += affectedRows
  }
  return total
}
