import { CommanderError } from 'commander'
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.js'
import { Output } from './output/output.js'
import { makeProgram } from './program.js'

/** Runs the command with these arguments, to its exit code; every error is told, none thrown. */
export async function runCommand(args: readonly string[]): Promise<ExitCode> {
  const output = new Output({ json: args.includes('--json') })
  let exitCode: ExitCode = EXIT_CODES.fine
  const program = makeProgram(output, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, output)
    output.error(error)
    return exitCodeOf(error)
  }
}

/** Commander ends with an error for help and the version too. */
function endOfParsing(error: CommanderError, output: Output): ExitCode {
  if (error.exitCode === 0) return EXIT_CODES.fine
  if (error.code !== 'commander.help') output.usageError(error.message)
  return EXIT_CODES.usage
}
