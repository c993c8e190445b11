import type { LocalSetting } from '@plataforma/core'
import type { MigrationMetadata } from '../migration/migration-metadata.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'

const known = new WeakMap<MigrationSession, Map<string, readonly LocalSetting[]>>()

/** What a transaction of a migration is set to: its module's role, path and context, and limits. */
export async function migrationSettings(
  session: MigrationSession,
  context: RunContext,
  { module, metadata }: { readonly module: string; readonly metadata: MigrationMetadata },
): Promise<readonly LocalSetting[]> {
  const lockTimeoutMs = metadata.lockTimeoutMs ?? context.lockTimeoutMs
  const statementTimeoutMs = metadata.statementTimeoutMs ?? context.statementTimeoutMs
  return [
    { name: 'lock_timeout', value: `${lockTimeoutMs}ms` },
    ...(statementTimeoutMs === undefined
      ? []
      : [{ name: 'statement_timeout', value: `${statementTimeoutMs}ms` }]),
    ...(await settingsOf(session, context, module)),
  ]
}

/** The context of a module is signed for one session, and good for longer than a run. */
async function settingsOf(
  session: MigrationSession,
  { ground }: RunContext,
  module: string,
): Promise<readonly LocalSetting[]> {
  const ofSession = known.get(session) ?? new Map<string, readonly LocalSetting[]>()
  known.set(session, ofSession)
  const before = ofSession.get(module)
  if (before !== undefined) return before
  const settings = await ground.settingsFor(module, session.db)
  ofSession.set(module, settings)
  return settings
}
