import { Kysely } from 'kysely'
import { HandleExecutor } from './handle-executor.js'
import { ModuleDialect } from './module-dialect.js'
import type { HandleParts } from './plain-handle.js'
import { PlataformaDriver } from './plataforma-driver.js'

/** Kysely over the parts of a module's handle, which opens and closes nothing itself. */
export function moduleHandle<Tables>(parts: HandleParts): Kysely<Tables> {
  const dialect = new ModuleDialect(parts)
  const driver = new PlataformaDriver(parts)
  const executor = new HandleExecutor(parts, dialect, driver)
  return new Kysely<Tables>({ config: { dialect }, dialect, driver, executor })
}
