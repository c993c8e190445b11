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

/** A statement of a text, with its place in UTF-8 bytes. */
export interface PlacedStatement {
  /** One member: the tag of the node, such as `IndexStmt`, and its fields. */
  readonly tree: ParseNode
  /** Where the statement's part of the text begins, comments before it included. */
  readonly start: number
  /** After its last byte, without the semicolon. */
  readonly end: number
}

/** A token of PostgreSQL's scanner; offsets are in UTF-8 bytes. */
export interface Token {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Such as `SQL_COMMENT`, `C_COMMENT`, `SCONST`, or `UNKNOWN` for keywords. */
  readonly tokenName: string
}

/**
 * The statements of a script and where they stand.
 *
 * @throws the parser's error, with `sqlDetails.cursorPosition` in characters, where it is no SQL
 */
export function parsePlaced(sql: string): readonly PlacedStatement[] {
  const parser = loaded()
  // The parser takes no empty text.
  if (sql.trim() === '') return []
  const bytes = Buffer.byteLength(sql)
  return guarded(() =>
    (parser.parseSync(sql).stmts ?? []).map(({ stmt, stmt_location = 0, stmt_len = 0 }) => ({
      tree: stmt as ParseNode,
      start: stmt_location,
      end: stmt_len === 0 ? bytes : stmt_location + stmt_len,
    })),
  )
}

/**
 * The tokens of a text, comments included.
 *
 * @throws an error without a place where a string or comment does not end
 */
export function scanTokens(sql: string): readonly Token[] {
  const parser = loaded()
  return sql === '' ? [] : guarded(() => parser.scanSync(sql).tokens)
}

/** The statements of a text; `undefined` where the text cannot be parsed. */
export function parseStatements(sql: string): readonly ParseNode[] | undefined {
  const parser = loaded()
  if (sql === '') return []
  // The parser and the server both end a text at the first NUL.
  if (sql.includes('\0')) return undefined
  try {
    return guarded(() => (parser.parseSync(sql).stmts ?? []).map(({ stmt }) => stmt as ParseNode))
  } catch {
    return undefined
  }
}

function loaded(): Library {
  if (library === undefined) throw new Error('the parser is not loaded')
  return library
}

function guarded<T>(ask: () => T): T {
  const { SqlError } = loaded()
  try {
    return ask()
  } catch (error) {
    // What the scanner says of an unterminated text the library cannot read; the instance is sound.
    if (!(error instanceof SqlError || error instanceof SyntaxError)) replaceParser()
    throw error
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
