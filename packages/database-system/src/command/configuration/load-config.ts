import { PlataformaError } from '@plataforma/core'
import { configFile, importDefault } from '@plataforma/migrations/command'
import type { SystemConfig } from '../../config/system-config.js'

const FILE_NAMES = ['plataforma.config.ts', 'plataforma.config.mjs', 'plataforma.config.js']

/** A configuration and where it came from. */
export interface LoadedConfig {
  /** A file's path, or `DATABASE_URL`. */
  readonly source: string
  readonly config: SystemConfig
}

/**
 * The configuration of the file, else of `plataforma.config.*` in this folder, else of
 * `DATABASE_URL`: in production mode where `PLATAFORMA_SECRET` is set, else in development mode.
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export async function loadConfig(options: {
  readonly file?: string | undefined
}): Promise<LoadedConfig> {
  const file = configFile(options.file, FILE_NAMES)
  if (file !== undefined) return { source: file, config: await importDefault(file, importWithJiti) }
  const { DATABASE_URL: connectionString, PLATAFORMA_SECRET: secret } = process.env
  if (connectionString) {
    const mode = secret ? 'production' : 'development'
    return { source: 'DATABASE_URL', config: { connectionString, mode } }
  }
  throw new PlataformaError('PLT_CONFIG_INVALID', 'There is no configuration in this folder.', {
    remedy: `Write a ${FILE_NAMES[0]}, name one with --config, or set DATABASE_URL.`,
  })
}

/** It reads what Node's own type stripping cannot; most files need none of it. */
async function importWithJiti(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  return await createJiti(import.meta.url, { fsCache: false }).import(file)
}
