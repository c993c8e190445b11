import { PlataformaError, suggestion } from '@plataforma/core'
import { compareNames } from '../migration/migration-name.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type { ModuleState } from './module-state.js'
import { shownNames } from './plan-refusals.js'
import type { Dependent } from './rollback-dependents.js'
import type { RollbackTarget } from './rollback-plan.js'

function namesOf(records: readonly MigrationRecord[]): string[] {
  return records.map(({ module, name }) => `${module}:${name}`)
}

export function dependedOn(module: string, dependents: readonly Dependent[]): PlataformaError {
  const list = dependents.map(
    ({ record, dependency, on }) =>
      `  ${record.module}:${record.name} needs "${dependency}" (${shownNames(namesOf(on))})`,
  )
  return new PlataformaError(
    'PLT_MIGRATION_DEPENDED_ON',
    `Applied migrations depend on what would be undone of ${module}:\n${list.join('\n')}`,
    {
      module,
      remedy: 'Roll those back first, the last applied one first.',
      details: {
        dependents: dependents.map(({ record, dependency, on }) => ({
          module: record.module,
          name: record.name,
          dependency,
          on: on.map(({ name }) => name),
        })),
      },
    },
  )
}

export function irreversible(records: readonly MigrationRecord[]): PlataformaError {
  const names = namesOf(records)
  return new PlataformaError(
    'PLT_MIGRATION_IRREVERSIBLE',
    `Without a down, or said to be irreversible: ${shownNames(names)}.`,
    {
      ...(records[0] === undefined ? {} : { module: records[0].module }),
      remedy: 'Write a new migration that takes the change back.',
      details: { migrations: names },
    },
  )
}

export function missingCode(records: readonly MigrationRecord[]): PlataformaError {
  const names = namesOf(records)
  return new PlataformaError(
    'PLT_MIGRATION_NOT_FOUND',
    `The down of code is in its file, which is gone: ${shownNames(names)}.`,
    {
      ...(records[0] === undefined ? {} : { module: records[0].module }),
      remedy: 'Bring the file back, or write a new migration that takes the change back.',
      details: { migrations: names },
    },
  )
}

export function interrupted({ module, name }: MigrationRecord): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_NEEDS_ATTENTION',
    `${module}:${name} was interrupted and is half done.`,
    {
      module,
      remedy: 'Run the migrations of the module, which completes it; then roll back.',
      details: { migrations: [`${module}:${name}`] },
    },
  )
}

export function invalidTarget({ module }: RollbackTarget): PlataformaError {
  return new PlataformaError(
    'PLT_OPTION_INVALID',
    'A rollback takes either `to`, a migration, or `steps`, a whole number from 1.',
    { module, remedy: 'Give one of the two.' },
  )
}

export function notApplied(module: string, to: string, { records }: ModuleState): PlataformaError {
  const record = records.get(to)
  const names = [...records.values()]
    .filter(({ state, repeatable }) => state === 'applied' && !repeatable)
    .map(({ name }) => name)
    .sort(compareNames)
  const problem = record?.repeatable
    ? `${module}:${to} is repeatable: it says nothing of how far to go back.`
    : record?.state === 'undoing'
      ? `${module}:${to} is being undone itself.`
      : `No applied migration of ${module} is "${to}".${suggestion(to, names)}`
  return new PlataformaError('PLT_MIGRATION_NOT_FOUND', problem, {
    module,
    remedy: `Applied migrations of ${module}: ${shownNames(names)}; 0 is before all of them.`,
    details: { migrations: names },
  })
}
