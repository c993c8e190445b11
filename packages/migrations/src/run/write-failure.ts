import { writeEvent } from '../registry/events.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'

export interface Failure {
  readonly module: string
  readonly name: string
  readonly error: unknown
}

/** Writes down that a migration failed, where the session still takes it. */
export async function writeFailure(
  session: MigrationSession,
  { run }: RunContext,
  { module, name, error }: Failure,
): Promise<void> {
  const detail = error instanceof Error ? error.message : String(error)
  try {
    await writeEvent(session.db, { run, module, name, event: 'failed', detail })
  } catch {
    // The error itself is what matters, and it goes on.
  }
}
