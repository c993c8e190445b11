import type { RunReport } from '../../system/migration-reports.js'
import { counted } from '../output/counted.js'
import { durationText } from '../output/duration-text.js'
import type { Output } from '../output/output.js'
import { EXIT_CODES } from '../program/exit-code.js'
import { ProgressDisplay } from '../progress/progress-display.js'
import type { MigrationCommand } from './migration-command.js'
import { showPlan } from './plan.js'
import { warningsText } from './warnings-text.js'

/** `up`. */
export const up: MigrationCommand = {
  name: 'up',
  syntax: '[module]',
  summary: 'run what is pending',
  description:
    'Runs what is pending of all modules, or of one and what it needs of others. A migration that ' +
    'fails is rolled back, and those before it stay.',
  options: [{ flags: '--dry-run', description: 'tell what would run, and change nothing' }],
  async run(invocation, host) {
    const { output, signal, given, args } = invocation
    if (given.dryRun === true) return await showPlan(invocation, host)
    await using opened = await host.open(invocation)
    using display = new ProgressDisplay()
    const call = { signal, onProgress: display.show }
    const [module] = args
    const { migrations } = opened
    const report =
      module === undefined
        ? await migrations.runAllMigrations(call)
        : await migrations.runModuleMigrations(module, call)
    output.report(report, () => upText(report, output))
    return EXIT_CODES.done
  },
}

function upText({ applied, warnings, durationMs }: RunReport, output: Output): string {
  const modules = new Set(applied.map(({ module }) => module)).size
  const what =
    applied.length === 0
      ? 'Nothing to do: everything is applied.'
      : `Applied ${counted(applied.length, 'migration')} of ${counted(modules, 'module')} in ${durationText(durationMs)}.`
  return [what, ...warningsText(warnings, output)].join('\n')
}
