import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { Output } from '../output/output.js'
import { assertNode } from './assert-node.js'
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.js'
import { Interruption } from './interruption.js'
import type { Shell } from './program-command.js'

/** A program of the command line. */
export interface Program {
  readonly name: string
  readonly description: string
  /** The `package.json` that has its version and that of Node.js. */
  readonly manifest: URL
  /** After the list of its commands. */
  readonly epilogue: string
  /** Adds its options and commands. */
  build(program: Command, shell: Shell): void
}

/** Runs a program with these arguments, to its exit code; every error is told, none thrown. */
export async function runProgram(program: Program, args: readonly string[]): Promise<ExitCode> {
  const output = new Output({ program: program.name, json: args.includes('--json') })
  using interruption = new Interruption(() => output.interrupted())
  let exitCode: ExitCode = EXIT_CODES.done
  const shell: Shell = {
    output,
    get signal() {
      return interruption.signal
    },
    ended: (code) => {
      exitCode = code
    },
  }
  try {
    const { version, engines } = JSON.parse(readFileSync(program.manifest, 'utf8'))
    assertNode(engines.node, process.versions.node)
    await make(program, { version, shell }).parseAsync(args, { from: 'user' })
    return interruption.exitCode ?? exitCode
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, output)
    // Told already, as it came.
    if (interruption.exitCode !== undefined && isAbort(error)) return interruption.exitCode
    output.error(error)
    return interruption.exitCode ?? exitCodeOf(error)
  }
}

function make(
  { name, description, epilogue, build }: Program,
  { version, shell }: { readonly version: string; readonly shell: Shell },
): Command {
  const program = new Command(name)
    .description(description)
    .version(version, '-v, --version')
    .option('--json', 'machine-readable output')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', epilogue)
    .exitOverride()
  build(program, shell)
  return program
}

/** Commander ends with an error for help and the version too. */
function endOfParsing(error: CommanderError, output: Output): ExitCode {
  if (error.exitCode === 0) return EXIT_CODES.done
  if (error.code !== 'commander.help') output.usageError(error.message)
  return EXIT_CODES.usage
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
