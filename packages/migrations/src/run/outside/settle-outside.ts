import type { Kysely } from 'kysely'
import type { OutsideEffect } from '../../script/migration-script.js'
import { clearInvalidIndex, settleCreatedIndex, verifyCreatedIndex } from './created-index.js'
import { settleDetachedPartition } from './detached-partition.js'
import { findIndex } from './found-index.js'
import { done, needsAttention, type OutsideStep, runIt, type Settlement } from './outside-step.js'
import { clearReindexRemnants } from './reindexed.js'

/**
 * Tells what has become of a statement that was begun outside of transactions and may have been
 * interrupted, and takes away what it left unfinished. On a session of the administrator that is
 * outside of transactions; it waits for nobody but who uses the same table.
 *
 * @example
 * const { verdict, reason } = await settleOutside({ effect, text, schema }, session)
 */
export async function settleOutside(
  step: OutsideStep,
  session: Kysely<unknown>,
): Promise<Settlement> {
  const { effect, schema } = step
  switch (effect.kind) {
    case 'create-index':
      return await settleCreatedIndex({ ...step, effect }, session)
    case 'drop-index':
      return await settleDroppedIndex({ effect, schema }, session)
    case 'reindex':
      return settleReindexed(await clearReindexRemnants({ ...step, effect }, session))
    case 'detach-partition':
      return await settleDetachedPartition({ ...step, effect }, session)
    case 'repeatable':
      return runIt('The statement may be run again.')
    case 'unknown':
      return needsAttention('Nobody can tell whether the statement has happened.')
  }
}

/**
 * Takes away what an earlier attempt of the statement left, without asking whether it was done:
 * before it is run, before it is tried again, and after it failed for good.
 */
export async function clearOutside(step: OutsideStep, session: Kysely<unknown>): Promise<void> {
  const { effect } = step
  if (effect.kind === 'create-index') await clearInvalidIndex({ ...step, effect }, session)
  if (effect.kind === 'reindex') await clearReindexRemnants({ ...step, effect }, session)
}

/**
 * Looks whether a statement that the server took has left what it is for.
 *
 * @throws PlataformaError `PLT_MIGRATION_FAILED`
 */
export async function verifyOutside(step: OutsideStep, session: Kysely<unknown>): Promise<void> {
  const { effect } = step
  if (effect.kind === 'create-index') await verifyCreatedIndex({ ...step, effect }, session)
}

function settleReindexed(left: readonly string[]): Settlement {
  const again = 'To build an index anew may be done again.'
  if (left.length === 0) return runIt(again)
  return runIt(
    `${again} A superuser has to drop what is left of the first time: ${left.join(', ')}.`,
  )
}

async function settleDroppedIndex(
  { effect, schema }: { effect: Extract<OutsideEffect, { kind: 'drop-index' }>; schema: string },
  session: Kysely<unknown>,
): Promise<Settlement> {
  const index = await findIndex(session, effect.schema ?? schema, effect.index)
  if (index === undefined) return done(`There is no index "${effect.index}" any more.`)
  return runIt(`The index "${effect.index}" is still there.`)
}
