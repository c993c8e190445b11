import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlataformaError } from '@plataforma/core'
import type { SystemConfig } from '../../config/system-config.js'
import { importConfig } from './import-config.js'

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
export async function loadConfig(options: { readonly file?: string }): Promise<LoadedConfig> {
  const file = options.file === undefined ? foundFile() : givenFile(options.file)
  if (file !== undefined) return { source: file, config: await importConfig(file) }
  const { DATABASE_URL: connectionString, PLATAFORMA_SECRET: secret } = process.env
  if (connectionString) {
    const mode = secret ? 'production' : 'development'
    return { source: 'DATABASE_URL', config: { connectionString, mode } }
  }
  throw new PlataformaError('PLT_CONFIG_INVALID', 'There is no configuration in this folder.', {
    remedy: `Write a ${FILE_NAMES[0]}, name one with --config, or set DATABASE_URL.`,
  })
}

function foundFile(): string | undefined {
  return FILE_NAMES.map((name) => resolve(name)).find((file) => existsSync(file))
}

function givenFile(name: string): string {
  const file = resolve(name)
  if (existsSync(file)) return file
  throw new PlataformaError('PLT_CONFIG_INVALID', `There is no file ${file}.`, {
    remedy: 'Correct the path after --config.',
  })
}
