import type { Insertable } from 'kysely'
import type { ModuleName, Modules } from '../modules/modules.js'
import type { World } from '../world/world.js'
import type { Operation } from './operation.js'

/** One module of the platform: its history and what people do with it all day. */
export interface ModuleDefinition<Name extends ModuleName = ModuleName> {
  readonly name: Name
  /** The rows of one tenant, without its identifier: the database fills it in. */
  readonly rows: (world: World) => ModuleRows<Name>
  readonly operations: readonly Operation[]
}

/** Rows to insert, by table, parents before children. */
export type ModuleRows<Name extends ModuleName> = {
  readonly [Table in keyof Modules[Name]]: readonly Insertable<Modules[Name][Table]>[]
}

/** Checks a definition against the row types of its module. */
export function defineModule<Name extends ModuleName>(
  definition: ModuleDefinition<Name>,
): ModuleDefinition<Name> {
  return definition
}
