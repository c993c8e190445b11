import { prepareRegistry } from '../registry/prepare-registry.js'
import { beginRun, endRun } from '../registry/run-log.js'
import type { CallOptions, Engine } from './engine.js'
import { DEPLOYER_LOCK } from './lock-key.js'
import type { MigrationSession } from './migration-session.js'
import { refusePooler } from './pooler.js'
import type { RunContext } from './run-context.js'
import { takeLock } from './take-lock.js'
import { withSession } from './with-session.js'

export interface Deployer {
  /** The session that holds the lock. */
  readonly session: MigrationSession
  readonly context: RunContext
}

/**
 * Runs work as the only process that migrates the database; the registry stands, and has the run.
 *
 * @throws PlataformaError `PLT_MIGRATION_LOCKED`, `PLT_MIGRATION_POOLER`
 */
export async function withDeployerLock<T>(
  engine: Engine,
  call: CallOptions,
  work: (deployer: Deployer) => Promise<T>,
): Promise<T> {
  const { ground, lockWaitMs, lockTimeoutMs, lockRetries, statementTimeoutMs } = engine
  const { signal, onProgress = () => {} } = call
  await refusePooler(ground)
  await prepareRegistry(ground.db)
  return await withSession(ground.db, signal, async (session) => {
    await takeLock(session, { key: DEPLOYER_LOCK, waitMs: lockWaitMs, onProgress })
    const run = await beginRun(session.db)
    const limits = { lockTimeoutMs, lockRetries, statementTimeoutMs }
    const context: RunContext = {
      ground,
      run,
      deployer: session.backend,
      ...limits,
      missingSchemas: new Set(),
      signal,
      onProgress,
    }
    try {
      const result = await work({ session, context })
      await endRun(session.db, run, { outcome: 'done' })
      return result
    } catch (error) {
      await tellEnd(session, run, error)
      throw error
    }
  })
}

async function tellEnd(session: MigrationSession, run: string, error: unknown): Promise<void> {
  const outcome = session.signal?.aborted ? 'stopped' : 'failed'
  try {
    const message = error instanceof Error ? error.message : String(error)
    await endRun(session.db, run, { outcome, error: message })
  } catch {
    // A session that is gone tells nothing; the run stays without an end.
  }
}
