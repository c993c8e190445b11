import { pathToFileURL } from 'node:url'
import { PlataformaError } from '@plataforma/core'
import { needsLoader } from '../../source/needs-loader.js'

/** Reads what Node's own type stripping cannot, and tells the line of a syntax error. */
export type OtherImport = (file: string) => Promise<unknown>

/** What Node's own type stripping cannot do: enums, imports without an extension. */
const BEYOND_STRIPPING: ReadonlySet<unknown> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
])

/**
 * The default export of a configuration file. TypeScript is Node's to read where it can, which
 * costs nothing.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export async function importDefault(
  file: string,
  other?: OtherImport,
): Promise<Readonly<Record<string, unknown>>> {
  const module = await evaluate(file, other)
  const config = isObject(module) ? module.default : undefined
  if (isObject(config)) return config
  throw new PlataformaError('PLT_CONFIG_INVALID', `${file} has no configuration to give.`, {
    remedy: 'Make the configuration its default export: export default { … }.',
  })
}

const PLAIN_SYNTAX =
  'Write it as .mjs, or with syntax that Node.js 22.18 or newer can strip: no enum, types by "import type", other files by their whole names, such as "./other.ts"; or start Node.js with a loader: NODE_OPTIONS="--import tsx".'

async function evaluate(file: string, other: OtherImport | undefined): Promise<unknown> {
  try {
    return await importNatively(file, other)
  } catch (error) {
    if (error instanceof PlataformaError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new PlataformaError('PLT_CONFIG_INVALID', `${file} cannot be read: ${reason}`, {
      remedy: other === undefined && needsLoader(file, error) ? PLAIN_SYNTAX : 'Correct the file.',
      cause: error,
    })
  }
}

async function importNatively(file: string, other: OtherImport | undefined): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const isTypeScript = file.endsWith('.ts') && BEYOND_STRIPPING.has(codeOf(error))
    // Node keeps the line of a syntax error to itself.
    if (other === undefined || (!isTypeScript && !(error instanceof SyntaxError))) throw error
    return await other(file)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
