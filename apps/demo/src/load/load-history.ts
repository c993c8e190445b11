import type { ModuleDefinition } from '../model/module-definition.js'
import type { ModuleDatabases } from '../model/operation.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { DemoSystem } from '../platform/create-system.js'
import type { World } from '../world/world.js'

/** What is loaded, and how it is watched and stopped. */
export interface LoadOptions {
  readonly system: DemoSystem
  readonly modules: ModuleDatabases
  readonly worlds: readonly World[]
  /** How many tenants move in at the same time. */
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Told how many rows there are so far, and which part of the tenants has moved in. */
  readonly onProgress?: (rows: number, part: number) => void
}

/** Every tenant inserts its own history, in its own context. Gives the number of rows. */
export async function loadHistory(options: LoadOptions): Promise<number> {
  const { system, worlds, concurrency, signal, onProgress } = options
  const waiting = worlds.entries()
  let total = 0
  const mover = async (): Promise<void> => {
    for (const [place, world] of waiting) {
      const context = { tenantId: world.tenant.id, userId: 'import' }
      await system.withContext(context, async () => {
        for await (const rows of moveIn(world, options.modules)) {
          signal.throwIfAborted()
          total += rows
          onProgress?.(total, place / worlds.length)
        }
      })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, mover))
  return total
}

/** Inserts table by table, and gives the number of rows of each. */
async function* moveIn(world: World, modules: ModuleDatabases): AsyncGenerator<number> {
  for (const { name, rows } of Object.values<ModuleDefinition>(MODULE_DEFINITIONS)) {
    const module = modules[name]
    for (const [table, list] of Object.entries<readonly object[]>(rows(world))) {
      const { affectedRows } = await module.insert<object>(table, list, { returning: false })
      yield affectedRows
    }
  }
}
