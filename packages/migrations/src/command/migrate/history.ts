import type { HistoryEntry } from '../../system/migration-reports.js'
import { durationText } from '../output/duration-text.js'
import type { Output } from '../output/output.js'
import { textTable } from '../output/text-table.js'
import { timeText } from '../output/time-text.js'
import { EXIT_CODES } from '../program/exit-code.js'
import type { MigrationCommand } from './migration-command.js'

const HEADINGS = ['When', 'What', 'Module', 'Migration', 'Version', 'Took', 'By']

/** `history`. */
export const history: MigrationCommand = {
  name: 'history',
  syntax: '[module]',
  summary: 'what was done, when and by whom',
  description: 'Tells all that migrations did to the database, oldest first. Changes nothing.',
  async run(invocation, host) {
    const { output, signal, args } = invocation
    await using opened = await host.open(invocation)
    const [module] = args
    const entries = await opened.migrations.history({ signal, ...(module && { module }) })
    output.report({ entries }, () => historyText(entries, output))
    return EXIT_CODES.done
  },
}

function historyText(entries: readonly HistoryEntry[], output: Output): string {
  if (entries.length === 0) return 'Nothing was done yet.'
  const rows = entries.map(({ at, event, module, name, version, durationMs, by }) => [
    timeText(at),
    event.replace('-', ' '),
    module,
    name,
    version ?? '',
    durationMs === null ? '' : durationText(durationMs),
    by,
  ])
  const [headings = '', ...lines] = textTable([HEADINGS, ...rows], { right: [5] }).split('\n')
  const detailed = lines.map((line, at) => {
    const detail = entries[at]?.detail ?? null
    return detail === null ? line : `${line}\n${output.style('dim', indented(detail))}`
  })
  return [output.style('bold', headings), ...detailed].join('\n')
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}
