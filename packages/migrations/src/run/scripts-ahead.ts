import type { PlannedMigration } from '../plan/migration-plan.js'
import type { MigrationScript } from '../script/migration-script.js'
import { readScript, type ScriptRules } from './read-script.js'

/** The statements of a plan's migrations: the next ones are parsed while the server works. */
export class ScriptsAhead {
  readonly #steps: readonly PlannedMigration[]
  readonly #rules: ScriptRules
  readonly #scripts = new Map<PlannedMigration, Promise<MigrationScript | undefined>>()

  constructor(steps: readonly PlannedMigration[], rules: ScriptRules) {
    this.#steps = steps
    this.#rules = rules
  }

  /**
   * The script of a step, `undefined` for code.
   *
   * @throws PlataformaError `PLT_MIGRATION_INVALID`
   */
  async of(step: PlannedMigration): Promise<MigrationScript | undefined> {
    const script = await this.#read(step)
    this.#scripts.delete(step)
    const next = this.#steps[this.#steps.indexOf(step) + 1]
    // When what is sent now is on its way.
    if (next !== undefined) setTimeout(() => this.#read(next), 0).unref()
    return script
  }

  #read(step: PlannedMigration): Promise<MigrationScript | undefined> {
    let script = this.#scripts.get(step)
    if (script === undefined) {
      script = readScript(step.migration, this.#rules)
      // Told to who asks for it, if anybody still does.
      script.catch(() => {})
      this.#scripts.set(step, script)
    }
    return script
  }
}
