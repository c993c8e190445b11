import { EXIT_CODES } from '../program/exit-code.js'
import type { MigrationCommand } from './migration-command.js'
import { statusText } from './status-text.js'

/** `status`. */
export const status: MigrationCommand = {
  name: 'status',
  syntax: '[module]',
  summary: 'how the migrations of each module stand',
  description: 'Tells what is applied and what is pending. Changes nothing.',
  options: [{ flags: '--check', description: 'end with 3 where a module is not current' }],
  async run(invocation, host) {
    const { output, signal, given, args } = invocation
    await using opened = await host.open(invocation)
    const { migrations } = opened
    const [module] = args
    const modules = await migrations.getStatus({
      signal,
      ...(module === undefined ? {} : { module }),
    })
    output.report({ modules }, () => statusText(modules, output))
    const isCurrent = modules.every(({ state }) => state === 'current')
    return given.check === true && !isCurrent ? EXIT_CODES.differences : EXIT_CODES.done
  },
}
