import { counted } from '../output/counted.js'
import { EXIT_CODES } from '../program/exit-code.js'
import { type MigrationCommand, textOption } from './migration-command.js'

/** `baseline`. */
export const baseline: MigrationCommand = {
  name: 'baseline',
  syntax: '[module]',
  summary: 'record migrations as applied without running them',
  description:
    'Records migrations as applied without running them, for a database that has their effect ' +
    'already.',
  options: [{ flags: '--to <migration>', description: 'the last one to record (default: all)' }],
  async run(invocation, host) {
    const { output, signal, args } = invocation
    await using opened = await host.open(invocation)
    const [module] = args
    const to = textOption(invocation, 'to')
    const report = await opened.migrations.baseline({
      signal,
      ...(module && { module }),
      ...(to && { to }),
    })
    const { baselined } = report
    output.report(report, () =>
      [
        ...baselined.map((each) => `${each.module}/${each.name}`),
        baselined.length === 0
          ? 'Nothing to record.'
          : `Recorded ${counted(baselined.length, 'migration')} as applied.`,
      ].join('\n'),
    )
    return EXIT_CODES.done
  },
}
