import { assertModuleName, type Log, moduleSchema } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'
import type { MigrationTarget } from '../system/migration-options.js'
import type { Ground } from './ground.js'
import { openHandle } from './open-handle.js'
import { sharesSessions } from './shares-sessions.js'

export type PlainGroundOptions = MigrationTarget & {
  readonly directUrl?: string | undefined
  /** Modules that migrate at the same time; a pool of our own is made large enough for them. */
  readonly parallel?: number
  readonly log?: Log
}

/**
 * Any PostgreSQL: a module is its schema, and nothing is protected by policies.
 *
 * @param signal ends the wait for the server
 * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`
 */
export async function openPlainGround(
  options: PlainGroundOptions,
  signal?: AbortSignal,
): Promise<Ground> {
  const address = options.directUrl ?? options.connectionString
  const { log = () => {} } = options
  if (address !== undefined) {
    const handle = await openHandle(address, { parallel: options.parallel, signal })
    return plainGround(handle.db, {
      log,
      isPooled: async () => handle.isPooled,
      close: handle.close,
    })
  }
  // There is a handle where there is no address.
  const db = (options.db as Kysely<unknown>).withoutPlugins()
  let isPooled: Promise<boolean> | undefined
  return plainGround(db, {
    log,
    // It takes a second connection, which nobody who only reads needs.
    isPooled: () => {
      isPooled ??= sharesSessions(db).catch((error: unknown) => {
        isPooled = undefined
        throw error
      })
      return isPooled
    },
    close: async () => {},
  })
}

function plainGround(
  db: Kysely<unknown>,
  { log, isPooled, close }: Pick<Ground, 'log' | 'isPooled' | 'close'>,
): Ground {
  return {
    db,
    isPooled,
    log,
    close,
    tenantColumn: undefined,
    isIsolated: false,
    schemaOf: moduleSchema,
    modules: async () => [],
    async ensureModule(module, session = db) {
      assertModuleName(module)
      const schema = moduleSchema(module)
      const { rows } = await sql<{ name: string }>`
        SELECT nspname AS name FROM pg_namespace
        WHERE nspname IN (${schema}, ${EXTENSIONS})`.execute(session)
      const present = new Set(rows.map(({ name }) => name))
      if (!present.has(schema)) await createSchema(session, schema)
      if (present.has(EXTENSIONS)) return
      await createSchema(session, EXTENSIONS).catch((error: unknown) => {
        // Who may only work in this schema has no extensions to create either.
        if (sqlStateOf(error) !== '42501') throw error
      })
    },
    async settingsFor(module) {
      const value = `${moduleSchema(module)}, ${EXTENSIONS}, public, pg_temp`
      return [{ name: 'search_path', value }]
    },
    async ensureTable() {},
    releaseStatement: () => undefined,
    async releaseTable() {},
    async keysAcrossTenants() {
      return []
    },
    async openParents() {
      return []
    },
    async moduleChanged() {
      return []
    },
  }
}

const EXTENSIONS = 'extensions'

async function createSchema(db: Kysely<unknown>, name: string): Promise<void> {
  try {
    await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(name)}`.execute(db)
  } catch (error) {
    // Two at once: IF NOT EXISTS looks before it makes.
    if (!['23505', '42P06'].includes(sqlStateOf(error) ?? '')) throw error
  }
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
