import type { ProgramCommand } from '@plataforma/migrations/command'
import type { LoadedConfig } from './configuration/load-config.js'

/** What a command of the system works with. */
export interface CommandContext {
  /** @throws PlataformaError `PLT_CONFIG_INVALID` */
  config(file: unknown): Promise<LoadedConfig>
}

/** One command of `plataforma`; each has a folder of its own. */
export type SystemCommand = ProgramCommand<CommandContext>
