import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { isChanged } from '../plan/changed-migrations.js'
import { unknownModule } from '../plan/plan-refusals.js'
import { writeEvent } from '../registry/events.js'
import {
  writeAccepted,
  writeForgotten,
  writeRetried,
  writeSettled,
} from '../registry/history-repairs.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { executeWrites } from '../registry/progress.js'
import { readHistory } from '../registry/read-history.js'
import type { RepairReport } from '../system/migration-reports.js'
import { downTextOf } from './down-text.js'
import type { CallOptions, Engine } from './engine.js'
import { takeModules } from './take-lock.js'
import { type Deployer, withDeployerLock } from './with-deployer-lock.js'

/** What is repaired: everything, or one migration. */
export interface RepairRequest extends CallOptions {
  /** All modules where it is left out. */
  readonly module?: string
  /** One migration of the module. */
  readonly name?: string
  /**
   * What an interrupted migration counts as, once somebody has looked: `applied` as a whole,
   * `rolled-back` as a whole, or `retry`: the statement in which it was interrupted has not happened.
   */
  readonly as?: 'applied' | 'rolled-back' | 'retry'
}

/**
 * Brings the registry to what the database is: accepts the texts of edited migrations, or says what
 * has become of an interrupted one. Runs no migration.
 *
 * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND`, `PLT_OPTION_INVALID`
 */
export async function repair(engine: Engine, request: RepairRequest): Promise<RepairReport> {
  const { module, name, as } = request
  if (as !== undefined && (module === undefined || name === undefined)) {
    throw new PlataformaError('PLT_OPTION_INVALID', '`as` is said of one migration.', {
      remedy: 'Give `module` and `name` of the interrupted migration.',
    })
  }
  const isWanted = (record: MigrationRecord) =>
    (module === undefined || record.module === module) &&
    (name === undefined || record.name === name)
  return await withDeployerLock(engine, request, async (deployer) => {
    const { session } = deployer
    const before = (await readHistory(session.db)).records.filter(isWanted)
    await takeModules(session, new Set(before.map((one) => one.module)), engine.lockWaitMs)
    const { records } = await readHistory(session.db)
    const wanted = records.filter(isWanted)
    if (name !== undefined && wanted.length === 0) throw notRecorded(module, name)
    if (module !== undefined && wanted.length === 0) refuseUnknown(engine, module, records)
    return as === undefined
      ? await acceptTexts(engine, deployer, wanted)
      : await settle(engine, deployer, { records: wanted, as })
  })
}

function refuseUnknown(engine: Engine, module: string, records: readonly MigrationRecord[]): void {
  const known = new Set([...engine.list(), ...records].map((one) => one.module))
  if (!known.has(module)) throw unknownModule(module, known)
}

async function acceptTexts(
  engine: Engine,
  { session, context }: Deployer,
  records: readonly MigrationRecord[],
): Promise<RepairReport> {
  const files = filesOf(engine)
  const repaired: RepairReport['repaired'][number][] = []
  for (const record of records) {
    const { module, name } = record
    const migration = files.get(`${module}:${name}`)
    if (migration === undefined || record.state !== 'applied') continue
    if (!isChanged(migration, record)) continue
    if (migration.kind === 'code') await migration.code()
    if (record.repeatable && migration.metadata.repeatable) continue
    const downText = await downTextOf(migration, engine)
    await executeWrites(session.db, writeAccepted({ migration, downText, state: 'applied' }))
    const detail = `accepted ${migration.checksum} for ${record.checksum}`
    await writeEvent(session.db, { run: context.run, module, name, event: 'repaired', detail })
    repaired.push({ module, name, as: 'accepted' })
  }
  return { repaired }
}

interface Settling {
  readonly records: readonly MigrationRecord[]
  readonly as: NonNullable<RepairRequest['as']>
}

async function settle(
  engine: Engine,
  { session, context }: Deployer,
  { records, as }: Settling,
): Promise<RepairReport> {
  const files = filesOf(engine)
  const repaired: RepairReport['repaired'][number][] = []
  for (const record of records) {
    const { module, name } = record
    if (record.state === 'applied') throw notInterrupted(record)
    const migration = files.get(`${module}:${name}`)
    if (as === 'rolled-back') await executeWrites(session.db, writeForgotten(record))
    else if (as === 'retry') await executeWrites(session.db, writeRetried(record))
    else {
      const downText = migration && (await downTextOf(migration, engine))
      await session.db.transaction().execute(async (trx) => {
        await executeWrites(trx, writeSettled(record))
        // What counts as applied is the file as it is now, with its down.
        if (migration === undefined) return
        await executeWrites(trx, writeAccepted({ migration, downText, state: 'applied' }))
      })
    }
    const detail = `settled as ${as}, was ${record.state}`
    await writeEvent(session.db, { run: context.run, module, name, event: 'repaired', detail })
    repaired.push({ module, name, as })
  }
  return { repaired }
}

function filesOf(engine: Engine): ReadonlyMap<string, Migration> {
  return new Map(engine.list().map((one) => [`${one.module}:${one.name}`, one]))
}

function notRecorded(module: string | undefined, name: string): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_NOT_FOUND',
    `The registry has no migration ${name}${module === undefined ? '' : ` of "${module}"`}.`,
    { ...(module === undefined ? {} : { module }), remedy: 'Look at `history()` for its name.' },
  )
}

function notInterrupted({ module, name }: MigrationRecord): PlataformaError {
  return new PlataformaError(
    'PLT_OPTION_INVALID',
    `Migration ${name} of "${module}" was not interrupted.`,
    { module, remedy: 'Leave `as` out to accept its text, or use `rollback`.' },
  )
}
