import { type Kysely, sql, type Transaction } from 'kysely'
import { bookkeeping } from './bookkeeping-tables.js'
import { retryCatalogRaces } from './catalog-race.js'

/** The tables of one package in schema `plataforma`. */
export interface SchemaUpgrade {
  /** The package's name, without scope. */
  readonly package: string
  /** Step n brings the tables from version n to n + 1; never changed once published. */
  readonly steps: readonly ((trx: Transaction<unknown>) => Promise<void>)[]
}

/**
 * Brings a package's tables in schema `plataforma` to its version: repeatable, and safe in many
 * processes at once (the package's row in `plataforma.versions` is the lock).
 */
export async function upgradeSchema(db: Kysely<unknown>, upgrade: SchemaUpgrade): Promise<void> {
  if ((await currentVersion(db, upgrade.package)) >= upgrade.steps.length) return
  await retryCatalogRaces(() =>
    db.transaction().execute(async (trx) => {
      await sql`CREATE SCHEMA IF NOT EXISTS plataforma`.execute(trx)
      await sql`
        CREATE TABLE IF NOT EXISTS plataforma.versions (
          package text PRIMARY KEY,
          version integer NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        )`.execute(trx)
      await bookkeeping(trx)
        .insertInto('plataforma.versions')
        .values({ package: upgrade.package, version: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const { version } = await bookkeeping(trx)
        .selectFrom('plataforma.versions')
        .select('version')
        .where('package', '=', upgrade.package)
        .forUpdate()
        .executeTakeFirstOrThrow()
      if (version >= upgrade.steps.length) return
      for (const step of upgrade.steps.slice(version)) await step(trx)
      await bookkeeping(trx)
        .updateTable('plataforma.versions')
        .set({ version: upgrade.steps.length, applied_at: sql<Date>`now()` })
        .where('package', '=', upgrade.package)
        .execute()
    }),
  )
}

async function currentVersion(db: Kysely<unknown>, name: string): Promise<number> {
  const { rows } = await sql`
    SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'plataforma' AND c.relname = 'versions'`.execute(db)
  if (rows.length === 0) return 0
  const row = await bookkeeping(db)
    .selectFrom('plataforma.versions')
    .select('version')
    .where('package', '=', name)
    .executeTakeFirst()
  return row?.version ?? 0
}
