import { type LocalSetting, PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import { escapeLiteral } from 'pg'
import type { Migration, MigrationDatabase } from '../migration/migration.js'
import { writeNeedsAttention } from '../registry/history-states.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import {
  clearProgress,
  type Direction,
  executeWrites,
  readProgress,
  writeProgress,
} from '../registry/progress.js'
import { closeTransaction, overtaken } from './close-transaction.js'
import { isConnectionLost } from './connection-lost.js'
import { codeCheck, identityCheck, identityOf } from './identity.js'
import { migrationFailed } from './migration-failed.js'
import type { MigrationSession } from './migration-session.js'
import { ownSchemaOf } from './own-schema-of.js'
import type { RunContext } from './run-context.js'
import { RESET_SESSION } from './session-settings.js'

/** A function of a program that runs outside of a transaction. */
export interface CodeOutside {
  readonly migration: Migration
  readonly settings: readonly LocalSetting[]
  readonly code: (db: MigrationDatabase) => Promise<unknown>
  readonly direction: Direction
  /** Writes down that it begins; `undefined` where an earlier run has. */
  readonly begin: HistoryWrites | undefined
  /** Writes down that it is done, after so many milliseconds. */
  readonly finish: (durationMs: number) => HistoryWrites
}

/**
 * Runs a function of a program outside of a transaction, written down before and after: of one that
 * was interrupted, or has failed, nobody can tell what has happened.
 *
 * @returns milliseconds
 * @throws PlataformaError `PLT_MIGRATION_FAILED`, `PLT_MIGRATION_NEEDS_ATTENTION`,
 *   `PLT_MIGRATION_NOT_AWAITED`
 */
export async function applyCodeOutside(
  session: MigrationSession,
  context: RunContext,
  outside: CodeOutside,
): Promise<number> {
  const { migration, settings, code, direction, begin, finish } = outside
  const { module, name } = migration
  const key = { module, name, direction }
  if (begin === undefined) {
    if ((await readProgress(session.db, key)).size > 0) throw await unknown(session, migration)
  } else if (!(await executeWrites(session.db, begin))) throw overtaken(module)
  const intent = writeProgress({ ...key, part: 0 }, { state: 'begun', effect: EFFECT })
  await executeWrites(session.db, intent)
  const start = performance.now()
  const { runCode } = await import('./code/run-code.js')
  const identity = identityOf(session, settings)
  const check = identityCheck(identity)
  try {
    await session.script(settingsText(settings))
    await session.abortable(() =>
      runCode(session.db, code, {
        signal: session.signal,
        releaseStatement: context.ground.releaseStatement,
        checkText: codeCheck(identity),
        ownSchema: ownSchemaOf(context, migration),
        closeTransaction: async () => {
          await session.script(`SET CONSTRAINTS ALL IMMEDIATE; ${check}; ${ADMINISTRATOR}`)
          const closing = { migration, writes: intent, mayForget: true, identity }
          await closeTransaction(session, context, closing)
        },
      }),
    )
  } catch (error) {
    if (isConnectionLost(error)) throw error
    await leave(session)
    const isOurs = error instanceof PlataformaError && error.code === 'PLT_MIGRATION_NOT_AWAITED'
    throw session.signal?.aborted || isOurs ? error : migrationFailed(error, { migration })
  }
  await leave(session)
  const ended = sql`${finish(performance.now() - start)}${clearProgress(migration)}`
  if (!(await executeWrites(session.db, ended))) throw overtaken(module)
  return performance.now() - start
}

const EFFECT = JSON.stringify({ kind: 'unknown' })

/** Only until the transaction ends, so that the next one is the owner's again. */
const ADMINISTRATOR = `CLOSE ALL; SELECT pg_catalog.set_config('role', 'none', true),
  pg_catalog.set_config('search_path', 'pg_catalog', true)`

function settingsText(settings: readonly LocalSetting[]): string {
  const calls = settings.map(
    ({ name, value }) =>
      `pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, false)`,
  )
  return `SELECT ${calls.join(', ')}`
}

/** Also where the call was aborted. */
async function leave(session: MigrationSession): Promise<void> {
  await sql`ROLLBACK`.execute(session.db)
  await sql.raw(RESET_SESSION).execute(session.db)
}

async function unknown(session: MigrationSession, migration: Migration): Promise<PlataformaError> {
  const { module, name, place: file } = migration
  await executeWrites(session.db, writeNeedsAttention({ module, name }))
  return new PlataformaError(
    'PLT_MIGRATION_NEEDS_ATTENTION',
    `Migration ${name} of "${module}" was interrupted in code outside of a transaction.\n${file}`,
    {
      module,
      remedy: 'Look what the code has done, and say so with `repair`.',
      details: { file, migration: name },
    },
  )
}
