import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PlataformaError } from '@plataforma/core'
import { invalidFile } from './invalid-file.js'

/** A migration in code, as it is named in errors. */
export interface CodeFile {
  readonly module: string
  readonly name: string
  readonly file: string
}

const UNSUPPORTED = new Set([
  'ERR_NO_TYPESCRIPT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
])

/**
 * What a file exports. TypeScript is left to Node, or to whatever loader the process was started
 * with.
 *
 * @throws PlataformaError `PLT_MIGRATION_TS_UNSUPPORTED`, `PLT_MIGRATION_INVALID`
 */
export async function loadCode({ module, name, file }: CodeFile): Promise<object> {
  try {
    return await import(
      /* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(resolve(file)).href
    )
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    if (needsLoader(file, cause)) {
      throw new PlataformaError(
        'PLT_MIGRATION_TS_UNSUPPORTED',
        `This Node.js cannot load ${file} as it is: ${message}`,
        {
          module,
          remedy:
            'Compile it to a .js file beside it, or start Node.js with a loader, such as "node --import tsx"; Node.js 22.18 or newer strips types by itself where a file uses no enum, imports types with "import type" and names imported files with their extension .ts.',
          cause,
          details: { file, migration: name },
        },
      )
    }
    throw invalidFile(file, {
      module,
      name,
      message: `${file} cannot be loaded: ${message}`,
      remedy: 'See "cause"; what a migration imports has to be there where migrations run.',
      cause,
    })
  }
}

function needsLoader(file: string, error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, url } = error as Error & { readonly code?: string; readonly url?: string }
  if (code !== undefined && UNSUPPORTED.has(code)) return true
  // Before Node 23 an enum is told from nonsense by the message alone.
  if (code === 'ERR_INVALID_TYPESCRIPT_SYNTAX') return /strip-only mode/.test(error.message)
  if (code === 'ERR_MODULE_NOT_FOUND' && url !== undefined) return isTypeScriptThere(url)
  // Node keeps the import of a type that is not marked as one, and then misses it.
  return /\.[mc]?ts$/.test(file) && /does not provide an export named/.test(error.message)
}

/** Whether an import without extension, or by the extension of the output, meant a .ts file. */
function isTypeScriptThere(url: string): boolean {
  if (!url.startsWith('file:')) return false
  const path = fileURLToPath(url)
  return existsSync(`${path}.ts`) || existsSync(path.replace(/\.([mc]?)js$/, '.$1ts'))
}
