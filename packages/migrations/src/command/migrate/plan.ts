import { EXIT_CODES, type ExitCode } from '../program/exit-code.js'
import type { Invocation } from '../program/program-command.js'
import type { MigrationCommand, MigrationHost } from './migration-command.js'
import { planText } from './plan-text.js'

/** `plan`. */
export const plan: MigrationCommand = {
  name: 'plan',
  syntax: '[module]',
  summary: 'what "up" would do, in its order',
  description:
    'Tells what "up" would do, in its order, and everything that would stop it. Changes nothing.',
  options: [{ flags: '--check', description: 'end with 3 where there is something to run' }],
  run: showPlan,
}

export async function showPlan(invocation: Invocation, host: MigrationHost): Promise<ExitCode> {
  const { output, signal, given, args } = invocation
  await using opened = await host.open(invocation)
  const [module] = args
  const report = await opened.migrations.plan({ signal, ...(module && { module }) })
  output.report(report, () => planText(report, output))
  return given.check === true && report.steps.length > 0 ? EXIT_CODES.differences : EXIT_CODES.done
}
