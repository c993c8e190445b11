import type { ModuleDatabase } from '@plataforma/database-system'
import type { ModuleName, Modules } from '../modules/modules.js'
import type { DemoSystem } from '../platform/create-system.js'
import type { World } from '../world/world.js'

/** The platform's modules, each with its row types. */
export type ModuleDatabases = {
  readonly [Name in ModuleName]: ModuleDatabase<Modules[Name]>
}

/** What an operation works on: it runs in the context of the tenant of `world`. */
export interface Scene {
  readonly system: DemoSystem
  readonly modules: ModuleDatabases
  readonly world: World
}

/** Something that a person of a tenant does. */
export interface Operation {
  readonly name: string
  /** How often it is done, compared with the others. */
  readonly weight: number
  /** Gives `refused` where a rule of the business stood against it and nothing was written. */
  readonly run: (scene: Scene) => Promise<unknown>
}
