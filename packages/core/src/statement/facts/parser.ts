import { createRequire } from 'node:module'

type Library = typeof import('libpg-query')

/** A node of PostgreSQL's parse tree, as its protobuf form has it. */
export type ParseNode = Readonly<Record<string, unknown>>

let library: Library | undefined
let loading: Promise<void> | undefined

/** Loads the parser (1.7 MB of WebAssembly) once. */
export function loadParser(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

export function parserIsLoaded(): boolean {
  return library !== undefined
}

/** The statements of a text; `undefined` where the text cannot be parsed. */
export function parseStatements(sql: string): readonly ParseNode[] | undefined {
  if (library === undefined) throw new Error('the parser is not loaded')
  if (sql === '') return []
  // The parser and the server both end a text at the first NUL.
  if (sql.includes('\0')) return undefined
  try {
    return (library.parseSync(sql).stmts ?? []).map(({ stmt }) => stmt as ParseNode)
  } catch (error) {
    if (!(error instanceof library.SqlError)) replaceParser()
    return undefined
  }
}

async function load(): Promise<void> {
  const require = createRequire(import.meta.url)
  delete require.cache[require.resolve('libpg-query')]
  const fresh: Library = require('libpg-query')
  await fresh.loadModule()
  library = fresh
}

/**
 * A text nested deeper than the stack leaves the WebAssembly instance with a broken stack and
 * heap (some fifty of them, and it never answers again): such an instance is not asked twice.
 */
function replaceParser(): void {
  library = undefined
  loading = undefined
  loadParser().catch(() => {})
}
