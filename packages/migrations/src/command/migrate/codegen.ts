import { join, relative } from 'node:path'
import type { RowTypeReport } from '../../row-types/generate-types.js'
import type { RowTypeDifference } from '../../row-types/verify-types.js'
import { counted } from '../output/counted.js'
import type { Output } from '../output/output.js'
import { EXIT_CODES, type ExitCode } from '../program/exit-code.js'
import { type MigrationCommand, type OpenMigrations, textOption } from './migration-command.js'

/** `codegen`, beside the commands of migrations. */
export const codegen: MigrationCommand = {
  name: 'codegen',
  summary: 'generate the row types of all modules',
  description:
    'Writes a file of Kysely row types for each module and an index.ts; what is right already ' +
    'stays. With --verify it writes nothing, shows what differs, and ends with 3 where something does.',
  options: [
    { flags: '--verify', description: 'compare with what is there, and write nothing' },
    { flags: '--out <folder>', description: 'where the files are; else as configured' },
  ],
  async run(invocation, host) {
    const { output, signal, given } = invocation
    await using opened = await host.open(invocation)
    const call = { signal, outDir: textOption(invocation, 'out') }
    if (given.verify === true) return await verify(opened, output, call)
    const report = await opened.migrations.generateTypes(call)
    output.report(report, () => generatedText(report))
    return EXIT_CODES.done
  },
}

async function verify(
  { migrations }: OpenMigrations,
  output: Output,
  call: { readonly signal: AbortSignal; readonly outDir: string | undefined },
): Promise<ExitCode> {
  const differences = await migrations.verifyTypes(call)
  output.report({ differences }, () => differencesText(differences, output))
  return differences.length === 0 ? EXIT_CODES.done : EXIT_CODES.differences
}

function generatedText({ directory, files, written, removed }: RowTypeReport): string {
  const path = (file: string) => relative('.', join(directory, file))
  const lines = [
    ...written.map((file) => `wrote    ${path(file)}`),
    ...removed.map((file) => `removed  ${path(file)}`),
  ]
  if (lines.length === 0) return `Nothing to do: ${counted(files.length, 'file')} right already.`
  return lines.join('\n')
}

const STYLES = { '+': 'green', '-': 'red', '@': 'cyan' } as const

function differencesText(differences: readonly RowTypeDifference[], output: Output): string {
  if (differences.length === 0) return 'The row types are those of the database.'
  const lines = differences.flatMap(({ diff }) => diff.trimEnd().split('\n'))
  const coloured = lines.map((line) => {
    const style = STYLES[line.charAt(0) as keyof typeof STYLES]
    return style === undefined ? line : output.style(style, line)
  })
  return [...coloured, '', `${counted(differences.length, 'file')} to generate anew.`].join('\n')
}
