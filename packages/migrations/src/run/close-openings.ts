import { sql } from 'kysely'
import type { MigrationSession } from './migration-session.js'
import type { NewOpening } from './new-openings.js'
import type { RunContext } from './run-context.js'

/** Takes grants back by which others come into a module without a door, and tells of them. */
export async function closeOpenings(
  session: MigrationSession,
  { ground }: Pick<RunContext, 'ground'>,
  closing: {
    readonly module: string
    readonly migration: string
    readonly owner: string
    readonly openings: readonly NewOpening[]
  },
): Promise<void> {
  const { module, migration, owner, openings } = closing
  if (openings.length === 0) return
  const schema = ground.schemaOf(module)
  await session.abortable(async () => {
    await sql`SET LOCAL ROLE ${sql.id(owner)}`.execute(session.db)
    for (const { relation, isSequence, grantee } of openings) {
      const to = grantee === '' ? sql`PUBLIC` : sql.id(grantee)
      const kind = relation === null ? sql`SCHEMA` : isSequence ? sql`SEQUENCE` : sql`TABLE`
      const target = relation === null ? sql.id(schema) : sql.id(schema, relation)
      await sql`REVOKE ALL ON ${kind} ${target} FROM ${to} CASCADE`.execute(session.db)
    }
    await sql`SET LOCAL ROLE NONE`.execute(session.db)
  })
  for (const { relation, grantee } of openings) {
    const what = relation === null ? schema : `${schema}.${relation}`
    ground.log(
      'warn',
      `What migration ${migration} of "${module}" granted on ${what} to ${grantee || 'PUBLIC'} was taken back.`,
      { module, remedy: 'Open tables to another module with `grantAccess`.' },
    )
  }
}
