import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../../migration/migration.js'
import { showPlace } from '../../place/text-place.js'
import { writeEvent } from '../../registry/events.js'
import { writeAccepted } from '../../registry/history-repairs.js'
import { writeNeedsAttention } from '../../registry/history-states.js'
import type { MigrationRecord } from '../../registry/migration-record.js'
import { executeWrites, replaceProgress } from '../../registry/progress.js'
import type { MigrationScript } from '../../script/migration-script.js'
import { tellChanges } from '../changed-text.js'
import { settleOutside } from '../outside/settle-outside.js'
import { protectCommitted } from '../protect-committed.js'
import { readScript } from '../read-script.js'
import { partsOf } from '../script-parts.js'
import type { Deployer } from '../with-deployer-lock.js'
import { type BegunText, readBegun } from './begun-text.js'
import { isSameStatement } from './different-statement.js'
import { differs, type EditedBegun, editRefusal } from './edited-begun.js'
import { progressOf } from './half-done.js'

/** A migration that is half done, and whose file was edited since. */
export interface EditedMigration {
  readonly migration: Migration
  readonly record: MigrationRecord
  readonly extensions: readonly string[]
}

/**
 * Lets a half-done migration go on with its edited text, where the statements that have happened
 * stand unchanged before the others.
 *
 * @throws PlataformaError `PLT_MIGRATION_CHANGED` naming the first statement that differs,
 * `PLT_MIGRATION_NEEDS_ATTENTION`
 */
export async function adoptEdited(deployer: Deployer, edited: EditedMigration): Promise<void> {
  const { migration, record, extensions } = edited
  const rules = { extensions, ground: deployer.context.ground }
  const { db } = deployer.session
  const begun = await readBegun(db, record, { direction: 'up', rules })
  const script = await readScript(migration, rules)
  const work = { migration, record, begun, statements: script?.up ?? [] }
  const refusal = editRefusal(work)
  if (refusal !== undefined) throw await tellChanges(refusal, [migration], db)
  if (begun === undefined || script === undefined) return
  const isCarried = await isStillBegun(deployer, work, begun)
  await adopt(deployer, { migration, script, begun, isCarried })
}

/**
 * Whether the statement that was begun outside of transactions stands in the file as it was: then it
 * is looked at when its turn comes. Else it is looked at here, by its old text.
 */
async function isStillBegun(
  { session, context }: Deployer,
  work: EditedBegun,
  begun: BegunText,
): Promise<boolean> {
  const { migration, statements } = work
  const statement = begun.statements[begun.done]
  if (begun.begun === undefined || statement === undefined) return false
  const [now] = partsOf(statements.slice(begun.done), migration.metadata)
  if (now?.kind === 'outside' && isSameStatement(statement, now.statement)) return true
  const schema = context.ground.schemaOf(migration.module)
  const step = { effect: begun.begun, text: statement.text, schema, signal: session.signal }
  const { verdict, reason } = await session.abortable(() => settleOutside(step, session.db))
  if (verdict === 'run') return false
  if (verdict === 'done') {
    // A partition that was let go is a table.
    await protectCommitted(session, context, migration)
    throw await tellChanges(differs(work, begun, begun.done), [migration], session.db)
  }
  const { module, name } = migration
  await executeWrites(session.db, writeNeedsAttention({ module, name }))
  const { place: file, text } = begun.migration
  throw new PlataformaError(
    'PLT_MIGRATION_NEEDS_ATTENTION',
    `Migration ${name} of "${module}" was interrupted in a statement outside of transactions, and edited since. ${reason}\n${showPlace({ file, text, offset: statement.offset })}`,
    {
      module,
      remedy:
        'Look what the statement has done, and say so with `repair`; as "retry", the edited file goes on.',
      details: { file: migration.place, line: statement.line, migration: name },
    },
  )
}

interface Adoption {
  readonly migration: Migration
  readonly script: MigrationScript
  readonly begun: BegunText
  readonly isCarried: boolean
}

async function adopt(
  { session, context }: Deployer,
  { migration, script, begun, isCarried }: Adoption,
): Promise<void> {
  const { module, name } = migration
  const parts = partsOf(script.up, migration.metadata)
  const progress = progressOf(parts, { done: begun.done, isBegun: isCarried })
  await session.db.transaction().execute(async (trx) => {
    const { downText } = script
    await executeWrites(trx, writeAccepted({ migration, downText, state: 'running' }))
    await replaceProgress(trx, { module, name, direction: 'up' }, progress)
    const detail = `goes on with an edited text after statement ${begun.done} of ${begun.of}`
    await writeEvent(trx, { run: context.run, module, name, event: 'repaired', detail })
  })
}
