import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { HistoryWrites } from './history-writes.js'

export type Direction = 'up' | 'down'

/** One part of a migration whose parts are done one by one. */
export interface PartKey {
  readonly module: string
  readonly name: string
  readonly direction: Direction
  /** From 0. */
  readonly part: number
}

export interface PartProgress {
  readonly state: 'begun' | 'done'
  /** Of a transaction that is begun: so many of its statements were one of an earlier text. */
  readonly statements: number
}

/** What the registry knows of the parts of an interrupted migration, by their number. */
export async function readProgress(
  db: Kysely<unknown>,
  { module, name, direction }: Omit<PartKey, 'part'>,
): Promise<ReadonlyMap<number, PartProgress>> {
  const { rows } = await sql<PartProgress & { readonly part: number }>`
    SELECT part, state, coalesce((effect ->> 'statements')::int, 0) AS "statements"
    FROM plataforma.migration_progress
    WHERE module = ${module} AND name = ${name} AND direction = ${direction}`.execute(db)
  return new Map(rows.map(({ part, ...progress }) => [part, progress]))
}

/** Puts the progress of another text in the place of what there is. */
export async function replaceProgress(
  trx: Transaction<unknown>,
  { module, name, direction }: Omit<PartKey, 'part'>,
  parts: ReadonlyMap<number, PartProgress>,
): Promise<void> {
  await sql`
    DELETE FROM plataforma.migration_progress
    WHERE module = ${module} AND name = ${name} AND direction = ${direction}`.execute(trx)
  for (const [part, { state, statements }] of parts) {
    const effect = statements > 0 ? JSON.stringify({ kind: 'transaction', statements }) : undefined
    const write = { state, ...(effect === undefined ? {} : { effect }) }
    await executeWrites(trx, writeProgress({ module, name, direction, part }, write))
  }
}

/** Writes down that a part begins or is done. */
export function writeProgress(
  { module, name, direction, part }: PartKey,
  { state, effect }: { readonly state: 'begun' | 'done'; readonly effect?: string },
): HistoryWrites {
  return sql`
    written AS (
      INSERT INTO plataforma.migration_progress AS p (module, name, direction, part, effect, state)
      VALUES (${module}, ${name}, ${direction}, ${part}::int, ${effect ?? null}::jsonb, ${state})
      ON CONFLICT (module, name, direction, part)
        DO UPDATE SET state = excluded.state, at = clock_timestamp() WHERE p.state = 'begun'
      RETURNING p.part
    )`
}

/** Takes back that a part begins. */
export function withdrawProgress({ module, name, direction, part }: PartKey): HistoryWrites {
  return sql`
    written AS (
      DELETE FROM plataforma.migration_progress
      WHERE module = ${module} AND name = ${name} AND direction = ${direction}
        AND part = ${part}::int AND state = 'begun'
      RETURNING part
    )`
}

/** Beside `written`: a migration that is done, or begins anew, has no parts. */
export function clearProgress({ module, name }: Pick<PartKey, 'module' | 'name'>): HistoryWrites {
  return sql`,
    cleared AS (
      DELETE FROM plataforma.migration_progress WHERE module = ${module} AND name = ${name}
    )`
}

/** Runs writes by themselves; says whether the history was as it was thought to be. */
export async function executeWrites(
  db: Kysely<unknown>,
  writes: RawBuilder<unknown>,
): Promise<boolean> {
  const { rows } = await sql<{ written: number }>`
    WITH ${writes} SELECT count(*)::int AS "written" FROM written`.execute(db)
  return rows[0]?.written !== 0
}
