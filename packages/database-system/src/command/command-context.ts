import type { LoadedConfig } from './configuration/load-config.js'
import type { ExitCode } from './exit-code.js'
import type { Output } from './output/output.js'

/** What a command works with. */
export interface CommandContext {
  readonly output: Output
  /** @throws PlataformaError `PLT_CONFIG_INVALID` */
  config(): Promise<LoadedConfig>
  /** What was given of the command's own options. */
  readonly given: Readonly<Record<string, unknown>>
}

/** One command of `plataforma`; each has a folder of its own. */
export interface SystemCommand {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly options?: readonly { readonly flags: string; readonly description: string }[]
  run(context: CommandContext): Promise<ExitCode>
}
