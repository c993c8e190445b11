import type { DatabasePlugin } from '../plugin/plugin.js'
import { Database } from './database.js'
import type { DatabaseOptions } from './database-options.js'

/** The managers of the listed plugins, each under its plugin's name. */
export type ManagersOf<Plugins extends readonly DatabasePlugin[]> = {
  readonly [Plugin in Plugins[number] as string extends Plugin['name']
    ? never
    : Plugin['name']]: Plugin extends DatabasePlugin<string, infer Manager> ? Manager : never
}

export interface CreateDatabaseOptions<Plugins extends readonly DatabasePlugin[]>
  extends DatabaseOptions {
  readonly plugins?: Plugins
}

/**
 * A database with the managers of its plugins: `database.cache` exists in the type only when a
 * plugin of that name is listed. Nothing connects before `initialize()`.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID`, `PLT_PLUGIN_INVALID`
 * @example
 * const database = createDatabase({ connectionString, plugins: [caching()] })
 * await database.initialize()
 * const vendas = await database.createModule('vendas')
 */
export function createDatabase<
  const Plugins extends readonly DatabasePlugin[] = readonly [],
  Modules = Record<never, never>,
>(options: CreateDatabaseOptions<Plugins>): Database<Modules> & ManagersOf<Plugins> {
  const { plugins = [], ...rest } = options
  return new Database<Modules>(rest, plugins) as Database<Modules> & ManagersOf<Plugins>
}
