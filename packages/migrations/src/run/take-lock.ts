import { setTimeout as sleep } from 'node:timers/promises'
import { PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import type { MigrationProgress } from '../system/migration-progress.js'
import { type DeployerHolder, lockHolder } from './lock-holder.js'
import { type LockKey, moduleLock } from './lock-key.js'
import type { MigrationSession } from './migration-session.js'

export interface LockWait {
  readonly key: LockKey
  readonly waitMs: number
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500

/**
 * Takes an advisory lock on the session by asking for it again and again: one who waits inside
 * PostgreSQL holds a snapshot, for which CREATE INDEX CONCURRENTLY of the holder would wait.
 *
 * @returns whether somebody else had it in between
 * @throws PlataformaError `PLT_MIGRATION_LOCKED`
 */
export async function takeLock(session: MigrationSession, wait: LockWait): Promise<boolean> {
  const { key, waitMs, onProgress } = wait
  const begin = performance.now()
  for (let attempt = 0; ; attempt++) {
    if (await tryLock(session, key)) return attempt > 0
    const holder = await lockHolder(session, key)
    const waitedMs = Math.round(performance.now() - begin)
    if (waitedMs >= waitMs) throw locked(holder, { key, waitedMs })
    onProgress?.({ kind: 'waiting', holder, waitedMs })
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 1.5 ** attempt, waitMs - waitedMs)
    await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal: session.signal })
  }
}

/**
 * Takes the locks of modules: a session of a run that has lost its deployer lock may still be at work
 * in one of them. They go with the session.
 */
export async function takeModules(
  session: MigrationSession,
  modules: ReadonlySet<string>,
  waitMs: number,
): Promise<void> {
  for (const module of [...modules].sort()) {
    await takeLock(session, { key: moduleLock(module), waitMs })
  }
}

async function tryLock(session: MigrationSession, { space, key }: LockKey): Promise<boolean> {
  const [row] = await session.query(sql<{ locked: boolean }>`
    SELECT pg_try_advisory_lock(${space}::int, ${key}::int) AS "locked"`)
  return row?.locked === true
}

function locked(
  holder: DeployerHolder | undefined,
  { key, waitedMs }: { readonly key: LockKey; readonly waitedMs: number },
): PlataformaError {
  const waited = `${(waitedMs / 1000).toFixed(1)} s`
  const name = `(${key.space}, ${key.key})`
  if (holder === undefined) {
    return new PlataformaError(
      'PLT_MIGRATION_LOCKED',
      `Other processes migrated this database for longer than ${waited}.`,
      { remedy: 'Run it again, or raise `lockWaitMs`.' },
    )
  }
  const who = [
    `process ${holder.pid}`,
    `user ${holder.user || 'unknown'}`,
    `application "${holder.application}"`,
    `host ${holder.host ?? 'local'}`,
    `since ${holder.since.toISOString()}`,
  ].join(', ')
  const { query, isForeign, ...session } = holder
  return new PlataformaError(
    'PLT_MIGRATION_LOCKED',
    isForeign
      ? `The advisory lock ${name} of migrations is held by a session that runs none: ${who}.`
      : `Another process migrates this database: ${who}. Waited ${waited}.`,
    {
      remedy: isForeign
        ? 'Let that application use other keys for its advisory locks, or end its session.'
        : `Wait for it and run again, raise \`lockWaitMs\`, or end it with pg_terminate_backend(${holder.pid}).`,
      details: { ...session, query, waitedMs, isForeign },
    },
  )
}

/** Gives a lock back; a session that is gone has none. */
export async function releaseLock(
  session: MigrationSession,
  { space, key }: LockKey,
): Promise<void> {
  try {
    await sql`SELECT pg_advisory_unlock(${space}::int, ${key}::int)`.execute(session.db)
  } catch {
    // It went with its session.
  }
}
