import { type Kysely, sql } from 'kysely'
import type { OutsideEffect } from '../../script/migration-script.js'
import { done, needsAttention, type OutsideStep, runIt, type Settlement } from './outside-step.js'
import { asOwner } from './owner-of-relation.js'

type Step = OutsideStep & { readonly effect: Extract<OutsideEffect, { kind: 'detach-partition' }> }

interface Attachment {
  readonly owner: string
  /** `undefined` where it is no partition of the table. */
  readonly isPending: boolean | null
}

export async function settleDetachedPartition(
  { effect, schema }: Step,
  session: Kysely<unknown>,
): Promise<Settlement> {
  const table = { schema: effect.schema ?? schema, name: effect.table }
  const partition = { schema: effect.partitionSchema ?? schema, name: effect.partition }
  const { rows } = await sql<Attachment>`
    SELECT pg_get_userbyid(parent.relowner) AS owner, i.inhdetachpending AS "isPending"
    FROM pg_class part
    JOIN pg_namespace pn ON pn.oid = part.relnamespace
    JOIN pg_class parent ON parent.relname = ${table.name}
    JOIN pg_namespace tn ON tn.oid = parent.relnamespace
    LEFT JOIN pg_inherits i ON i.inhrelid = part.oid AND i.inhparent = parent.oid
    WHERE pn.nspname = ${partition.schema} AND part.relname = ${partition.name}
      AND tn.nspname = ${table.schema}`.execute(session)
  const [found] = rows
  if (found === undefined) {
    return needsAttention(`"${table.name}" or its partition "${partition.name}" is not there.`)
  }
  if (found.isPending === null) return done(`"${partition.name}" is detached.`)
  if (!found.isPending) return runIt(`"${partition.name}" is still attached.`)
  const parent = sql.id(table.schema, table.name)
  const child = sql.id(partition.schema, partition.name)
  await asOwner(session, found.owner, () =>
    sql`ALTER TABLE ${parent} DETACH PARTITION ${child} FINALIZE`.execute(session),
  )
  return done(`"${partition.name}" was half detached; that is completed now.`)
}
