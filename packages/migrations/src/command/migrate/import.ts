import { relative } from 'node:path'
import { PlataformaError } from '@plataforma/core'
import type { ImportReport } from '../../importers/import-migrations.js'
import { counted } from '../output/counted.js'
import type { Output } from '../output/output.js'
import { EXIT_CODES } from '../program/exit-code.js'
import { type MigrationCommand, textOption } from './migration-command.js'

/** `import`. */
export const importFrom: MigrationCommand = {
  name: 'import',
  syntax: '<module> <folder>',
  summary: 'take over the migrations of another tool',
  description:
    'Writes the migrations in the folder of another tool as those of a module. Where they ran ' +
    'already, record them with "baseline" afterwards.',
  options: [{ flags: '--from <tool>', description: 'the tool: dbmate or diesel' }],
  async run(invocation, host) {
    const { output, args } = invocation
    const { directory = 'migrations', extensions } = await host.options(invocation)
    const { IMPORTERS } = await import('../../importers/importers.js')
    const { importMigrations } = await import('../../importers/import-migrations.js')
    const tool = textOption(invocation, 'from')
    const importer = IMPORTERS.find(({ layout }) => layout === tool)
    if (importer === undefined) throw unknownTool(tool, IMPORTERS)
    const [module = '', from = ''] = args
    const report = await importMigrations({ importer, from, directory, module, extensions })
    output.report(toJson(report), () => importText(report, output))
    return report.problems.length > 0 ? EXIT_CODES.failed : EXIT_CODES.done
  },
}

function unknownTool(
  tool: string | undefined,
  known: readonly { readonly layout: string }[],
): PlataformaError {
  const what = tool === undefined ? 'No tool was named.' : `The tool ${tool} is not known.`
  const names = known.map(({ layout }) => layout).join(', ')
  return new PlataformaError('PLT_OPTION_INVALID', what, {
    remedy: `Give --from one of: ${names}.`,
  })
}

function toJson({ problems, ...report }: ImportReport): object {
  return { ...report, problems: problems.map(({ code, message }) => ({ code, message })) }
}

function importText({ written, isRenumbered, problems }: ImportReport, output: Output): string {
  const lines = written.map(({ place }) => relative('.', place))
  const renumbered = isRenumbered ? ', numbered anew' : ''
  const refused = problems.map(
    ({ message, remedy = '' }) =>
      `\n${output.style('red', 'to correct')}  ${[...message.split('\n'), remedy].join('\n  ')}`,
  )
  return [
    ...lines,
    '',
    `Wrote ${counted(written.length, 'migration')}${renumbered}.`,
    ...refused,
  ].join('\n')
}
