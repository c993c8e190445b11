import { pathToFileURL } from 'node:url'
import { PlataformaError } from '@plataforma/core'
import type { SystemConfig } from '../../config/system-config.js'

/** What Node's own type stripping cannot do: enums, imports without an extension. */
const BEYOND_STRIPPING: ReadonlySet<unknown> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
])

/**
 * The default export of a configuration file. TypeScript is Node's to read where it can, which
 * costs nothing; jiti reads it on older versions and where it holds more than types to strip.
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export async function importConfig(file: string): Promise<SystemConfig> {
  const module = await evaluate(file)
  const config = isObject(module) ? module.default : undefined
  if (isObject(config)) return config
  throw new PlataformaError('PLT_CONFIG_INVALID', `${file} has no configuration to give.`, {
    remedy: 'Make the configuration its default export: export default defineConfig({ … }).',
  })
}

async function evaluate(file: string): Promise<unknown> {
  try {
    return await importNatively(file)
  } catch (error) {
    if (error instanceof PlataformaError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new PlataformaError('PLT_CONFIG_INVALID', `${file} cannot be read: ${reason}`, {
      remedy: 'Correct the file.',
      cause: error,
    })
  }
}

async function importNatively(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const isTypeScript = file.endsWith('.ts') && BEYOND_STRIPPING.has(codeOf(error))
    // Node keeps the line of a syntax error to itself; jiti tells it.
    if (!isTypeScript && !(error instanceof SyntaxError)) throw error
    const { createJiti } = await import('jiti')
    return await createJiti(import.meta.url, { fsCache: false }).import(file)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
