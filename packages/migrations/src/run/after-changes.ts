import { PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import { appliedVersion } from '../plan/module-chain.js'
import { modulesOf } from '../plan/module-state.js'
import { readHistory } from '../registry/read-history.js'
import type { CallOptions, Engine } from './engine.js'
import type { MigrationSession } from './migration-session.js'

/** Keeps what the schemas of modules are after a run. */
export async function writeSnapshots(
  { ground }: Engine,
  session: MigrationSession,
  { run, modules }: { readonly run: string; readonly modules: readonly string[] },
): Promise<void> {
  if (modules.length === 0) return
  try {
    const { readSnapshot } = await import('../snapshot/read-snapshot.js')
    const schemas = modules.map((module) => ground.schemaOf(module))
    const snapshots = await readSnapshot(session.db, { schemas })
    const states = modulesOf({ migrations: [], ...(await readHistory(session.db)) })
    const found = modules.flatMap((module) => {
      const state = states.get(module)
      const version = state && appliedVersion(state)
      const snapshot = snapshots.get(ground.schemaOf(module))
      return snapshot === undefined ? [] : [{ module, version, snapshot }]
    })
    await sql`
      INSERT INTO plataforma.migration_snapshots (run, module, version, hash, snapshot)
      SELECT ${run}::bigint, new.module, new.version, new.snapshot ->> 'hash', new.snapshot
      FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb)
        AS new(module text, version text, snapshot jsonb)
      WHERE NOT EXISTS (
        SELECT FROM (
          SELECT hash, version FROM plataforma.migration_snapshots AS kept
          WHERE kept.module = new.module ORDER BY id DESC LIMIT 1) AS last
        WHERE last.hash = new.snapshot ->> 'hash'
          AND last.version IS NOT DISTINCT FROM new.version)`.execute(session.db)
  } catch (error) {
    // The migrations are applied, whether the snapshot could be kept or not.
    ground.log('warn', 'The snapshot of the schemas could not be kept.', { modules, error })
  }
}

/** Once the locks are given back: everybody is told of what changed, also where the run failed. */
export async function afterChanges(
  engine: Engine,
  modules: readonly string[],
  onProgress: CallOptions['onProgress'],
): Promise<void> {
  if (modules.length === 0) return
  const { ground } = engine
  for (const module of modules) {
    for (const finding of await ground.moduleChanged(module)) {
      const { grade, message, remedy } = finding
      ground.log(grade === 'error' ? 'error' : 'warn', message, { module, remedy })
    }
  }
  await writeTypes(engine, onProgress)
}

/** As `afterChanges`, where an error goes on already that matters more. */
export async function afterFailure(
  engine: Engine,
  modules: readonly string[],
  onProgress: CallOptions['onProgress'],
): Promise<void> {
  try {
    await afterChanges(engine, modules, onProgress)
  } catch (error) {
    engine.ground.log('warn', 'Not everybody could be told of what was migrated.', {
      modules,
      error,
    })
  }
}

async function writeTypes(engine: Engine, onProgress: CallOptions['onProgress']): Promise<void> {
  const { ground, types } = engine
  if (types === undefined) return
  try {
    const { generateRowTypes } = await import('./row-types.js')
    const { files } = await generateRowTypes(engine, types)
    onProgress?.({ kind: 'types', files: files.length })
  } catch (error) {
    if (!(error instanceof PlataformaError) || error.code !== 'PLT_TYPES_FAILED') throw error
    // The migrations are applied, or have failed of something else.
    const { message, remedy } = error
    ground.log('warn', `The row types were not written. ${message}`, { remedy, error })
  }
}
