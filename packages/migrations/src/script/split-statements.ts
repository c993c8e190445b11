import { type ParseNode, parsePlaced, scanTokens } from '@plataforma/core/parser'

/** A statement of a script and its parse tree. */
export interface SplitStatement {
  /** Without its semicolon and comments around it. */
  readonly text: string
  /** Characters before it in the script. */
  readonly offset: number
  readonly tree: ParseNode
}

/**
 * Cuts a script into statements where PostgreSQL's parser does.
 *
 * @throws the parser's error
 */
export function splitStatements(script: string): readonly SplitStatement[] {
  const bytes = Buffer.from(script)
  const isAscii = bytes.length === script.length
  const cut = (start: number, end: number) =>
    isAscii ? script.slice(start, end) : bytes.toString('utf8', start, end)
  let byte = 0
  let offset = 0
  return parsePlaced(script).map(({ tree, start, end }) => {
    offset += isAscii ? start - byte : cut(byte, start).length
    byte = start
    return { text: withoutTail(cut(start, end)), offset, tree }
  })
}

/** A comment at the end would swallow the semicolon that somebody puts behind it. */
function withoutTail(statement: string): string {
  const text = statement.trimEnd()
  const lastLine = text.slice(text.lastIndexOf('\n') + 1)
  if (!lastLine.includes('--') && !text.endsWith('*/')) return text
  const last = scanTokens(text).findLast(({ tokenName }) => !/^(?:SQL|C)_COMMENT$/.test(tokenName))
  return last === undefined ? text : Buffer.from(text).toString('utf8', 0, last.end)
}
