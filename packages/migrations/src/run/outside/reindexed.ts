import { PlataformaError, toPlataformaError } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'
import type { OutsideEffect } from '../../script/migration-script.js'
import { dropIndex, type FoundIndex, findReindexRemnants } from './found-index.js'
import { untilNobodyBuilds } from './index-builders.js'
import type { OutsideStep } from './outside-step.js'
import { asOwner } from './owner-of-relation.js'

type Step = OutsideStep & { readonly effect: Extract<OutsideEffect, { kind: 'reindex' }> }

/**
 * Drops the `_ccnew` and `_ccold` indexes that an interrupted REINDEX CONCURRENTLY left; gives the
 * names of those that only a superuser may drop.
 */
export async function clearReindexRemnants(
  step: Step,
  session: Kysely<unknown>,
): Promise<readonly string[]> {
  const tables = await tablesOf(step, session)
  if ((await findReindexRemnants(session, tables)).length === 0) return []
  const { signal } = step
  for (const table of tables) await untilNobodyBuilds(session, { table, signal })
  const left: string[] = []
  for (const index of await findReindexRemnants(session, tables)) {
    if (index.schema !== TOAST_SCHEMA) {
      await asOwner(session, index.owner, () => dropIndex(session, index))
    } else if (!(await dropped(session, index))) {
      left.push(`${index.schema}.${index.name}`)
    }
  }
  return left
}

/** Of values kept out of line; the owner of the table owns the index, and may not enter the schema. */
const TOAST_SCHEMA = 'pg_toast'

async function dropped(session: Kysely<unknown>, index: FoundIndex): Promise<boolean> {
  try {
    await dropIndex(session, index)
    return true
  } catch (error) {
    const told = toPlataformaError(error)
    if (told instanceof PlataformaError && told.code === 'PLT_PERMISSION_DENIED') return false
    throw error
  }
}

/** OIDs of the tables whose indexes are built anew, partitions included. */
async function tablesOf({ effect, schema }: Step, session: Kysely<unknown>): Promise<string[]> {
  const inSchema = effect.schema ?? schema
  const roots =
    effect.target === 'schema'
      ? sql`SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = ${effect.name} AND c.relkind IN ('r', 'm', 'p')`
      : sql`SELECT coalesce(i.indrelid, c.oid) AS oid
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_index i ON i.indexrelid = c.oid
          WHERE n.nspname = ${inSchema} AND c.relname = ${effect.name}`
  const { rows } = await sql<{ oid: string }>`
    SELECT DISTINCT coalesce(tree.relid::oid, root.oid)::text AS oid
    FROM (${roots}) root
    LEFT JOIN LATERAL pg_partition_tree(root.oid) tree ON true`.execute(session)
  return rows.map(({ oid }) => oid)
}
