import { PlataformaError, toPlataformaError } from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { OutsideEffect } from '../../script/migration-script.js'
import { differencesOfIndex } from './equal-index.js'
import { dropIndex, type FoundIndex, findIndex } from './found-index.js'
import { untilNobodyBuilds } from './index-builders.js'
import { readIndexStatement } from './index-statement.js'
import { done, needsAttention, type OutsideStep, runIt, type Settlement } from './outside-step.js'
import { asOwner } from './owner-of-relation.js'

type CreateIndex = Extract<OutsideEffect, { kind: 'create-index' }>
type Step = OutsideStep & { readonly effect: CreateIndex }

export async function settleCreatedIndex(
  step: Step,
  session: Kysely<unknown>,
): Promise<Settlement> {
  await clearInvalidIndex(step, session)
  const { index: name, table } = step.effect
  const index = await findIndex(session, schemaOf(step), name)
  if (index === undefined) return runIt(`There is no index "${name}".`)
  const statement = await readIndexStatement(step.text)
  // The server passes over what is there, whatever it is.
  if (statement?.ifNotExists) return runIt(`There is an index "${name}", which IF NOT EXISTS sees.`)
  if (index.table !== table) {
    return needsAttention(`The index "${name}" is there, on the table "${index.table}".`)
  }
  if (statement === undefined) return needsAttention('The statement is no CREATE INDEX.')
  return await compare(index, statement, session)
}

async function compare(
  index: FoundIndex,
  statement: Parameters<typeof differencesOfIndex>[2],
  session: Kysely<unknown>,
): Promise<Settlement> {
  try {
    const differences = await differencesOfIndex(session, index, statement)
    if (differences.length === 0) return done(`The index "${index.name}" is there and valid.`)
    const which = differences.join(', ')
    return needsAttention(`An index "${index.name}" is there that differs in its ${which}.`)
  } catch (error) {
    const told = toPlataformaError(error)
    if (!(told instanceof PlataformaError) || isPassing(told)) throw error
    return needsAttention(
      `An index "${index.name}" is there that cannot be compared: ${told.message}`,
    )
  }
}

/** A wait that was too long, a deadlock or a lost connection says nothing of the index. */
function isPassing({ code, sqlState }: PlataformaError): boolean {
  return code === 'PLT_DATABASE_UNAVAILABLE' || /^(55P03|40...|57...)$/.test(sqlState ?? '')
}

/** Drops what an interrupted or failed attempt left: IF NOT EXISTS would take it for the index. */
export async function clearInvalidIndex(step: Step, session: Kysely<unknown>): Promise<void> {
  const schema = schemaOf(step)
  const { index: name, table } = step.effect
  let index = await findIndex(session, schema, name)
  if (!isRemnant(index, table)) return
  const { signal } = step
  await untilNobodyBuilds(session, { table: index.tableOid, index: index.oid, signal })
  index = await findIndex(session, schema, name)
  if (!isRemnant(index, table)) return
  const remnant = index
  await asOwner(session, remnant.owner, () => dropIndex(session, remnant))
}

/** @throws PlataformaError `PLT_MIGRATION_FAILED` when it is missing or invalid */
export async function verifyCreatedIndex(step: Step, session: Kysely<unknown>): Promise<void> {
  const { index: name, table } = step.effect
  const index = await findIndex(session, schemaOf(step), name)
  if (index !== undefined && (index.isValid || index.isPartitioned)) return
  const what = index === undefined ? 'is not there' : 'is invalid'
  throw new PlataformaError(
    'PLT_MIGRATION_FAILED',
    `The index "${name}" ${what} after the statement that creates it.`,
    { table, remedy: 'Drop the index, look who else works on the table, and migrate again.' },
  )
}

function isRemnant(index: FoundIndex | undefined, table: string): index is FoundIndex {
  return index !== undefined && index.table === table && !index.isValid && !index.isPartitioned
}

function schemaOf({ effect, schema }: Step): string {
  return effect.schema ?? schema
}
