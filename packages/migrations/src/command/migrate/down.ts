import { PlataformaError } from '@plataforma/core'
import { counted } from '../output/counted.js'
import { durationText } from '../output/duration-text.js'
import { EXIT_CODES } from '../program/exit-code.js'
import type { Invocation } from '../program/program-command.js'
import { ProgressDisplay } from '../progress/progress-display.js'
import { type MigrationCommand, textOption } from './migration-command.js'

/** `down`. */
export const down: MigrationCommand = {
  name: 'down',
  syntax: '<module>',
  summary: 'undo the last migrations of a module',
  description:
    'Undoes the last migration of a module, or as many as are asked for, last applied first, each ' +
    'in a transaction of its own. Data that they brought is lost.',
  options: [
    { flags: '-n, --steps <number>', description: 'how many to undo (default: 1)' },
    { flags: '--to <migration>', description: 'undo down to this one, which stays; 0 for all' },
  ],
  async run(invocation, host) {
    const { output, signal, args } = invocation
    const target = targetOf(invocation)
    const [module = ''] = args
    await using opened = await host.open(invocation)
    using display = new ProgressDisplay()
    const call = { signal, onProgress: display.show }
    const report = await opened.migrations.rollback({ module, ...target, ...call })
    const { rolledBack, durationMs } = report
    output.report(report, () =>
      rolledBack.length === 0
        ? 'Nothing to undo.'
        : `Undid ${counted(rolledBack.length, 'migration')} in ${durationText(durationMs)}.`,
    )
    return EXIT_CODES.done
  },
}

function targetOf(invocation: Invocation): { readonly to: string } | { readonly steps: number } {
  const to = textOption(invocation, 'to')
  const steps = textOption(invocation, 'steps')
  if (to !== undefined && steps !== undefined) {
    throw new PlataformaError('PLT_OPTION_INVALID', '--to and --steps say the same of two kinds.', {
      remedy: 'Give one of them.',
    })
  }
  if (to !== undefined) return { to }
  if (steps === undefined) return { steps: 1 }
  if (/^[1-9]\d{0,8}$/.test(steps)) return { steps: Number(steps) }
  throw new PlataformaError('PLT_OPTION_INVALID', `--steps cannot be ${steps}.`, {
    remedy: 'Give a whole number from 1.',
  })
}
