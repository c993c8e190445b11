import { PlataformaError, suggestion } from '@plataforma/core'
import type { Dependency } from '../migration/dependency.js'
import type { Migration } from '../migration/migration.js'
import { compareNames, compareText } from '../migration/migration-name.js'
import { invalidMigration } from '../place/invalid-migration.js'
import type { ModuleState } from './module-state.js'
import { shownNames } from './plan-refusals.js'

/** A migration and the one of its dependencies that cannot be met. */
export interface Unmet {
  readonly migration: Migration
  readonly dependency: Dependency
}

export function missingModule(unmet: Unmet, known: Iterable<string>): PlataformaError {
  const modules = [...known].sort(compareText)
  const { module } = unmet.dependency
  return refusal(unmet, {
    problem: `there are no migrations of a module "${module}".${suggestion(module, modules)}`,
    remedy: `Modules with migrations: ${shownNames(modules)}.`,
    available: modules,
  })
}

export function missingMigration(unmet: Unmet, { migrations }: ModuleState): PlataformaError {
  const { module, name = '' } = unmet.dependency
  const names = migrations.map((migration) => migration.name).sort(compareNames)
  return refusal(unmet, {
    problem: `${module} has no such migration.${suggestion(name, names)}`,
    remedy: `Migrations of ${module}: ${shownNames(names)}.`,
    available: names,
  })
}

/** @param versions - that the module has now and goes through in this run, rising */
export function unmetRange(unmet: Unmet, versions: readonly string[]): PlataformaError {
  const { module } = unmet.dependency
  const [version] = versions
  const reached =
    version === undefined
      ? `no migration of ${module} says a version`
      : versions.length === 1
        ? `the version of ${module} is ${version}`
        : `${module} goes through versions ${shownNames(versions)}`
  return refusal(unmet, {
    problem: `${reached}.`,
    remedy: `Widen the range, or give a migration of ${module} a version that it meets.`,
    available: versions,
  })
}

interface UnmetReason {
  readonly problem: string
  readonly remedy: string
  readonly available: readonly string[]
}

function refusal({ migration, dependency }: Unmet, reason: UnmetReason): PlataformaError {
  const { module, name, place, text } = migration
  const details = { migration: name, dependency: dependency.text, available: reason.available }
  const message = `${module}:${name} needs "${dependency.text}", and ${reason.problem}`
  const offset = text?.slice(0, text.indexOf('\n')).indexOf(`"${dependency.text}"`) ?? -1
  if (text === undefined || offset < 0) {
    return new PlataformaError('PLT_MIGRATION_DEPENDENCY', `${message}\n${place}`, {
      module,
      remedy: reason.remedy,
      details: { file: place, ...details },
    })
  }
  return invalidMigration(
    { file: place, text, offset: offset + 1 },
    { code: 'PLT_MIGRATION_DEPENDENCY', module, name, message, remedy: reason.remedy, details },
  )
}
