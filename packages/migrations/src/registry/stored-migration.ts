import { type Kysely, sql } from 'kysely'

/** What the registry keeps of a migration besides its record. */
export interface StoredMigration {
  readonly kind: 'sql' | 'code'
  readonly version: string | null
  readonly checksum: string | null
  /** The whole text as it was applied; `null` for code. */
  readonly text: string | null
  readonly downText: string | null
  readonly irreversible: boolean
  readonly rls: boolean
}

/** Reads the text of an applied migration; `undefined` where it is not applied. */
export async function readStored(
  db: Kysely<unknown>,
  module: string,
  name: string,
): Promise<StoredMigration | undefined> {
  const { rows } = await sql<StoredMigration>`
    SELECT kind, version, checksum, up_text AS "text", down_text AS "downText", irreversible, rls
    FROM plataforma.migrations WHERE module = ${module} AND name = ${name}`.execute(db)
  return rows[0]
}
