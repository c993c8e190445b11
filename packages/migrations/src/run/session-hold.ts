import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { MigrationSession } from './migration-session.js'
import { withSession } from './with-session.js'

/** A session that is kept until it is released. */
export interface SessionHold {
  readonly session: MigrationSession
  release(): Promise<void>
}

/**
 * Takes a session if the handle gives one soon: one whose connections are all lent would keep us
 * waiting for ourselves.
 *
 * @returns `undefined` where none came in time
 */
export async function holdSession(
  db: Kysely<unknown>,
  signal: AbortSignal | undefined,
  patienceMs: number,
): Promise<SessionHold | undefined> {
  const opened = Promise.withResolvers<MigrationSession>()
  const released = Promise.withResolvers<void>()
  let isAwaited = true
  const held = withSession(db, signal, async (session) => {
    if (!isAwaited) return
    opened.resolve(session)
    await released.promise
  })
  held.catch(opened.reject)
  const enough = new AbortController()
  const late = sleep(patienceMs, undefined, { signal: enough.signal }).catch(() => undefined)
  const session = await Promise.race([opened.promise, late]).finally(() => enough.abort())
  if (session === undefined) {
    isAwaited = false
    opened.promise.catch(() => {})
    return undefined
  }
  return {
    session,
    async release() {
      released.resolve()
      await held
    },
  }
}
