import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'

/** Makes the schema of a module again that an earlier migration of this run has dropped. */
export async function restoreSchema(
  session: MigrationSession,
  { ground, missingSchemas }: RunContext,
  { module }: { readonly module: string },
): Promise<void> {
  if (!missingSchemas.has(module)) return
  await ground.ensureModule(module, session.db)
  missingSchemas.delete(module)
}
