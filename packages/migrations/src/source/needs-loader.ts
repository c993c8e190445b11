import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const UNSUPPORTED = new Set([
  'ERR_NO_TYPESCRIPT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
])

/** Whether a file of TypeScript is beyond what Node.js strips by itself, by the error of its import. */
export function needsLoader(file: string, error: unknown): boolean {
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
