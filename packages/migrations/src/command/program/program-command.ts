import type { Command } from 'commander'
import type { Output } from '../output/output.js'
import type { ExitCode } from './exit-code.js'

/** One run of one command. */
export interface Invocation {
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** Options by name, those of the program included. */
  readonly given: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
}

/** One command of a program. */
export interface ProgramCommand<Host> {
  readonly name: string
  /** Of its arguments, such as `<module> [name]`. */
  readonly syntax?: string
  readonly summary: string
  readonly description: string
  readonly options?: readonly { readonly flags: string; readonly description: string }[]
  run(invocation: Invocation, host: Host): Promise<ExitCode>
}

/** What a program's commands work in. */
export interface Shell {
  readonly output: Output
  readonly signal: AbortSignal
  ended(code: ExitCode): void
}

/** Adds commands to a program or to one of its commands. */
export function addCommands<Host>(
  parent: Command,
  commands: readonly ProgramCommand<Host>[],
  { shell, host }: { readonly shell: Shell; readonly host: Host },
): void {
  for (const { name, syntax = '', summary, description, options = [], run } of commands) {
    const command = parent
      .command(`${name} ${syntax}`.trim())
      .summary(summary)
      .description(description)
      .allowExcessArguments(false)
    for (const option of options) command.option(option.flags, option.description)
    command.action(async () => {
      const invocation: Invocation = {
        output: shell.output,
        get signal() {
          return shell.signal
        },
        given: command.optsWithGlobals(),
        args: command.args,
      }
      shell.ended(await run(invocation, host))
    })
  }
}
