import { relative } from 'node:path'
import { EXIT_CODES } from '../program/exit-code.js'
import type { MigrationCommand } from './migration-command.js'

/** `new`. */
export const newMigration: MigrationCommand = {
  name: 'new',
  syntax: '<module> <name...>',
  summary: 'make the file of a new migration',
  description:
    'Makes the file of the next migration of a module, and the module’s folder where there is none.',
  options: [{ flags: '--ts', description: 'TypeScript instead of SQL' }],
  async run(invocation, host) {
    const { output, given, args } = invocation
    const { directory = 'migrations' } = await host.options(invocation)
    const { createMigration } = await import('../../create/create-migration.js')
    const [module = '', ...words] = args
    const kind = given.ts === true ? 'ts' : 'sql'
    const made = createMigration({ directory, module, name: words.join(' '), kind })
    output.report(made, () => `Made ${relative('.', made.place)}.`)
    return EXIT_CODES.done
  },
}
