import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { writeStillApplied, writeUndoing } from '../registry/history-states.js'
import { writeRolledBack } from '../registry/history-writes.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { executeWrites } from '../registry/progress.js'
import { readStored } from '../registry/stored-migration.js'
import { SqlMigration } from '../source/sql-migration.js'
import { applyCode } from './apply-code.js'
import { applyCodeOutside } from './apply-code-outside.js'
import { applyParts } from './apply-parts.js'
import { applySql } from './apply-sql.js'
import { overtaken } from './close-transaction.js'
import { forgetPrepared } from './forget-prepared.js'
import type { MigrationSession } from './migration-session.js'
import { migrationSettings } from './module-settings.js'
import { readScript } from './read-script.js'
import { restoreSchema } from './restore-schema.js'
import type { RunContext } from './run-context.js'
import { partsOf } from './script-parts.js'

export interface Undoing {
  readonly record: MigrationRecord
  /** Its file as it is now, if there is one. */
  readonly file: Migration | undefined
  readonly extensions: readonly string[]
}

/**
 * Runs the down of a migration: of SQL as it was applied, of a program as its file is now.
 *
 * @returns milliseconds
 * @throws PlataformaError `PLT_MIGRATION_IRREVERSIBLE`, `PLT_MIGRATION_FAILED`
 */
export async function undoMigration(
  session: MigrationSession,
  context: RunContext,
  undoing: Undoing,
): Promise<number> {
  const durationMs = await undo(session, context, undoing)
  await forgetPrepared(session, { text: undefined })
  return durationMs
}

async function undo(
  session: MigrationSession,
  context: RunContext,
  undoing: Undoing,
): Promise<number> {
  const { record, file, extensions } = undoing
  await restoreSchema(session, context, record)
  if (record.kind === 'code') return await undoCode(session, context, undoing)
  const migration = await asApplied(session, record, file)
  const script = await readScript(migration, { extensions, ground: context.ground })
  if (script?.down === undefined) throw irreversible(record)
  const settings = await migrationSettings(session, context, migration)
  const parts = partsOf(script.down, migration.metadata)
  const [first, ...others] = parts
  const { module, name } = record
  const key = { module, name, run: context.run }
  if (first === undefined) {
    const writes = writeRolledBack({ ...key, durationMs: 0 })
    if (!(await executeWrites(session.db, writes))) throw overtaken(module)
    return 0
  }
  if (first.kind === 'transaction' && others.length === 0) {
    const { statements } = first
    const writes = writeRolledBack(key)
    return await applySql(session, context, { migration, settings, statements, writes })
  }
  return await applyParts(session, context, {
    migration,
    settings,
    parts,
    direction: 'down',
    begin: record.state === 'undoing' ? undefined : writeUndoing(record),
    finish: (durationMs) => writeRolledBack({ ...key, durationMs }),
    withdraw: writeStillApplied(record),
  })
}

async function undoCode(
  session: MigrationSession,
  context: RunContext,
  { record, file }: Undoing,
): Promise<number> {
  if (file?.kind !== 'code') throw irreversible(record)
  const code = await file.code()
  const { down } = code
  if (down === undefined) throw irreversible(record)
  const { module, name } = record
  const settings = await migrationSettings(session, context, file)
  if (file.metadata.transaction === false) {
    return await applyCodeOutside(session, context, {
      migration: file,
      settings,
      code: down.bind(code),
      direction: 'down',
      begin: record.state === 'undoing' ? undefined : writeUndoing(record),
      finish: (durationMs) => writeRolledBack({ module, name, run: context.run, durationMs }),
    })
  }
  return await applyCode(session, context, {
    migration: file,
    settings,
    code: down.bind(code),
    writes: writeRolledBack({ module, name, run: context.run }),
  })
}

async function asApplied(
  session: MigrationSession,
  record: MigrationRecord,
  file: Migration | undefined,
): Promise<Migration> {
  const { module, name } = record
  const stored = await readStored(session.db, module, name)
  if (!stored || stored.text === null) throw irreversible(record)
  const isSame = file !== undefined && file.checksum === record.checksum
  const place = isSame ? file.place : `${module}/${name} (as applied)`
  return new SqlMigration({ module, name, place, text: stored.text })
}

function irreversible({ module, name }: MigrationRecord): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_IRREVERSIBLE',
    `Migration ${name} of "${module}" has no down.`,
    {
      module,
      remedy: 'Write a new migration that takes back what it did.',
      details: { migration: name },
    },
  )
}
