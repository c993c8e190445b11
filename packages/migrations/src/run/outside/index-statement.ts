import { loadParser, parsePlaced, scanTokens } from '@plataforma/core/parser'

/** The parts of a CREATE INDEX of which another one is made. */
export interface IndexStatement {
  readonly unique: boolean
  readonly ifNotExists: boolean
  readonly table: string
  /** From after the table's name on: method, columns, storage, predicate. */
  readonly definition: string
}

interface IndexStmt {
  readonly unique?: boolean
  readonly if_not_exists?: boolean
  readonly relation: { readonly location?: number; readonly relname: string }
}

/** Reads a CREATE INDEX; `undefined` for another statement. */
export async function readIndexStatement(text: string): Promise<IndexStatement | undefined> {
  await loadParser()
  const [statement] = parsePlaced(text)
  const tree = statement?.tree.IndexStmt as IndexStmt | undefined
  if (tree === undefined) return undefined
  const { unique = false, if_not_exists: ifNotExists = false, relation } = tree
  const end = endOfName(text, relation.location ?? 0)
  const definition = Buffer.from(text).subarray(end, statement?.end).toString()
  return { unique, ifNotExists, table: relation.relname, definition }
}

/** Where a qualified name ends that begins at a place; both in bytes. */
function endOfName(text: string, start: number): number {
  const tokens = scanTokens(text).filter(({ tokenName }) => !tokenName.endsWith('_COMMENT'))
  let at = tokens.findIndex((token) => token.start >= start)
  while (tokens[at + 1]?.text === '.') at += 2
  return tokens[at]?.end ?? start
}
