import { baseline } from './baseline.js'
import { down } from './down.js'
import { history } from './history.js'
import { importFrom } from './import.js'
import type { MigrationCommand } from './migration-command.js'
import { newMigration } from './new.js'
import { plan } from './plan.js'
import { repair } from './repair.js'
import { status } from './status.js'
import { up } from './up.js'

/** The commands of migrations, in the order of the help. */
export const MIGRATION_COMMANDS: readonly MigrationCommand[] = [
  up,
  down,
  status,
  plan,
  newMigration,
  baseline,
  history,
  repair,
  importFrom,
]
