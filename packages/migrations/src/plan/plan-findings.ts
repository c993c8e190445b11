import { PlataformaError } from '@plataforma/core'
import { compareNames, compareText } from '../migration/migration-name.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { type ChangedMigration, changedError } from './changed-migrations.js'
import type { PlanWarning } from './migration-plan.js'

/** What planning comes across in the modules that it looks at. */
export class PlanFindings {
  readonly #warnings: PlanWarning[] = []
  readonly #changed: ChangedMigration[] = []
  readonly #stuck: MigrationRecord[] = []
  readonly #lost: MigrationRecord[] = []

  warn(warning: PlanWarning): void {
    this.#warnings.push(warning)
  }

  /** An edited migration. */
  changed(changed: ChangedMigration): void {
    this.#changed.push(changed)
  }

  /** A migration that somebody has to look at. */
  stuck(record: MigrationRecord): void {
    this.#stuck.push(record)
  }

  /** An interrupted migration whose file is gone. */
  lost(record: MigrationRecord): void {
    this.#lost.push(record)
  }

  get isStuck(): boolean {
    return this.#stuck.length > 0
  }

  get isChanged(): boolean {
    return this.#changed.length > 0
  }

  warnings(): readonly PlanWarning[] {
    return this.#warnings.sort(inOrder)
  }

  /**
   * Refuses what no run can begin with.
   *
   * @throws PlataformaError `PLT_MIGRATION_NEEDS_ATTENTION`, `PLT_MIGRATION_NOT_FOUND`,
   *   `PLT_MIGRATION_CHANGED`
   */
  refuse(): void {
    if (this.#stuck.length > 0) throw needsAttention(this.#stuck)
    if (this.#lost.length > 0) throw lostFiles(this.#lost)
    if (this.#changed.length === 0) return
    throw changedError(this.#changed.sort((a, b) => inOrder(a.migration, b.migration)))
  }
}

interface Named {
  readonly module: string
  readonly name: string
}

function inOrder(a: Named, b: Named): number {
  return compareText(a.module, b.module) || compareNames(a.name, b.name)
}

function namesOf(records: readonly MigrationRecord[]): string[] {
  return [...records].sort(inOrder).map(({ module, name }) => `${module}:${name}`)
}

/** The error for migrations that somebody has to look at before anything else runs. */
export function needsAttention(records: readonly MigrationRecord[]): PlataformaError {
  const names = namesOf(records)
  return new PlataformaError(
    'PLT_MIGRATION_NEEDS_ATTENTION',
    `Interrupted in a statement whose effect cannot be told: ${names.join(', ')}.`,
    {
      remedy:
        'Look at the database, complete or undo that statement by hand, and say so with repair.',
      details: { migrations: names },
    },
  )
}

function lostFiles(records: readonly MigrationRecord[]): PlataformaError {
  const names = namesOf(records)
  return new PlataformaError(
    'PLT_MIGRATION_NOT_FOUND',
    `Interrupted, and the file to go on with is gone: ${names.join(', ')}.`,
    { remedy: 'Bring the file back as it was.', details: { migrations: names } },
  )
}
