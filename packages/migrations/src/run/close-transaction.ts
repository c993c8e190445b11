import { PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from '../registry/history-writes.js'
import { changedInheritance } from './changed-inheritance.js'
import { closeOpenings } from './close-openings.js'
import type { Identity } from './identity.js'
import { DEPLOYER_LOCK } from './lock-key.js'
import type { MigrationSession } from './migration-session.js'
import { type NewOpening, newOpenings } from './new-openings.js'
import { type NewRelation, newRelations } from './new-relations.js'
import { pooled } from './pooler.js'
import { refuseOpenParents } from './refuse-open-parents.js'
import type { RunContext } from './run-context.js'
import { unprotectable } from './unprotectable.js'

export interface Closing {
  readonly migration: Pick<Migration, 'module' | 'name' | 'place' | 'metadata'>
  readonly writes: HistoryWrites
  /** Whether the migration may have taken away what is prepared on the session. */
  readonly mayForget: boolean
  /** Who the migration runs as. */
  readonly identity: Identity
}

interface Standing {
  readonly pid: number
  readonly transaction: string
  readonly isLocked: boolean
  readonly written: number
  /** `null` where there is no such schema any more. */
  readonly schemaOwner: string | null
  /** Whether inheritance between tables may be another than before. */
  readonly isInherited: boolean
  readonly relations: readonly NewRelation[] | null
  readonly openings: readonly NewOpening[] | null
}

/**
 * Before COMMIT, as the administrator: writes down what was done, looks whether this run is still
 * the only one, and protects the tables that the transaction has made or changed.
 *
 * @returns the transaction's number
 * @throws PlataformaError `PLT_MIGRATION_POOLER`, `PLT_MIGRATION_LOCKED`, `PLT_TYPE_INVALID`,
 * `PLT_TENANT_COLUMN_MISSING`
 */
export async function closeTransaction(
  session: MigrationSession,
  { ground, deployer, missingSchemas }: RunContext,
  { migration, writes, mayForget, identity }: Closing,
): Promise<string> {
  const { module, metadata } = migration
  const { tenantColumn } = ground
  const schema = ground.schemaOf(module)
  const relations =
    tenantColumn === undefined ? sql`NULL::json` : newRelations({ schema, module, tenantColumn })
  const owner = identity.currentUser
  const openings =
    tenantColumn === undefined ? sql`NULL::json` : newOpenings({ schema, module, owner })
  const closing = sql<Standing>`
    WITH ${writes}
    SELECT pg_backend_pid() AS "pid", pg_current_xact_id()::text AS "transaction",
      (SELECT count(*)::int FROM written) AS "written",
      (SELECT pg_get_userbyid(nspowner)::text FROM pg_catalog.pg_namespace
        WHERE nspname = ${schema}) AS "schemaOwner",
      EXISTS (
        SELECT FROM pg_catalog.pg_locks AS l
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
          AND l.classid = ${DEPLOYER_LOCK.space}::bigint::oid
          AND l.objid = ${DEPLOYER_LOCK.key}::bigint::oid AND l.pid = ${deployer.pid}::int
      ) AS "isLocked",
      ${tenantColumn === undefined ? sql`false` : changedInheritance(schema)} AS "isInherited",
      ${openings} AS "openings",
      ${relations} AS "relations"`
  if (mayForget) await session.forget()
  const [standing] = mayForget ? await session.query(closing) : await session.prepared(closing)
  if (standing?.pid !== session.backend.pid) throw pooled()
  if (!standing.isLocked) throw lockLost(module)
  if (standing.written === 0) throw overtaken(module)
  if (ground.isIsolated && standing.schemaOwner !== identity.currentUser) throw schemaLost(module)
  if (standing.schemaOwner === null) missingSchemas.add(module)
  for (const relation of standing.relations ?? []) {
    const { name: table, hasTenant, isReleased, wasProtected, isSuccessor } = relation
    const isExempt = !metadata.rls && hasTenant && !wasProtected
    await session.abortable(async () => {
      if (isReleased || isSuccessor) await ground.releaseTable({ module, table }, session.db)
      if (isReleased) return
      try {
        await ground.ensureTable({ module, table, rls: !isExempt }, session.db)
      } catch (error) {
        throw unprotectable(error, migration)
      }
    })
  }
  if (standing.isInherited) await refuseOpenParents(session, { ground }, migration)
  const granted = { module, migration: migration.name, owner, openings: standing.openings ?? [] }
  await closeOpenings(session, { ground }, granted)
  return standing.transaction
}

function schemaLost(module: string): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_FAILED',
    `A migration of "${module}" dropped, renamed or gave away the schema that the module is.`,
    { module, remedy: 'Drop what is in the schema, one by one.' },
  )
}

function lockLost(module: string): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_LOCKED',
    `The session that held the lock of migrations is gone, or a migration of "${module}" gave the lock back.`,
    { module, remedy: 'Run it again; what was not applied yet was rolled back.' },
  )
}

/** The error where the history is not as it was read. */
export function overtaken(module: string): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_LOCKED',
    `Another process wrote the history of module "${module}" at the same time.`,
    { module, remedy: 'Run it again; what was not applied yet was rolled back.' },
  )
}
