import { PlataformaError } from '@plataforma/core'
import type { RepairReport } from '../../system/migration-reports.js'
import { textTable } from '../output/text-table.js'
import { EXIT_CODES } from '../program/exit-code.js'
import type { Invocation } from '../program/program-command.js'
import { type MigrationCommand, textOption } from './migration-command.js'

const OUTCOMES = ['applied', 'rolled-back', 'retry'] as const

type Outcome = (typeof OUTCOMES)[number]

const WORDS = {
  accepted: 'text accepted as it is now',
  applied: 'counts as applied',
  'rolled-back': 'counts as never run',
  retry: 'goes on with the statement in which it was interrupted',
} as const

/** `repair`. */
export const repair: MigrationCommand = {
  name: 'repair',
  syntax: '[module] [migration]',
  summary: 'accept edited migrations, or settle an interrupted one',
  description:
    'Accepts the texts of migrations that were edited after they were applied. With --as, says ' +
    'what has become of one that was interrupted. Changes nothing but the registry: look first.',
  options: [
    {
      flags: '--as <outcome>',
      description: `what an interrupted migration counts as: ${OUTCOMES.join(', ')}`,
    },
  ],
  async run(invocation, host) {
    const { output, signal, args } = invocation
    const as = outcomeOf(invocation)
    await using opened = await host.open(invocation)
    const [module, name] = args
    const report = await opened.migrations.repair({
      signal,
      ...(module && { module }),
      ...(name && { name }),
      ...(as && { as }),
    })
    output.report(report, () => repairText(report))
    return EXIT_CODES.done
  },
}

function outcomeOf(invocation: Invocation): Outcome | undefined {
  const as = textOption(invocation, 'as')
  if (as === undefined) return undefined
  const outcome = OUTCOMES.find((each) => each === as)
  if (outcome !== undefined) return outcome
  throw new PlataformaError('PLT_OPTION_INVALID', `--as cannot be ${as}.`, {
    remedy: `Give one of: ${OUTCOMES.join(', ')}.`,
  })
}

function repairText({ repaired }: RepairReport): string {
  if (repaired.length === 0) return 'Nothing to repair.'
  return textTable(repaired.map(({ module, name, as }) => [`${module}/${name}`, WORDS[as]]))
}
