import type { OperationNode, RawNode } from 'kysely'
import { HELPERS, MERGE_ACTION_HELPER, OBJECT_HELPER } from './safe-texts.js'

type Judge = (node: OperationNode) => boolean

/** Whether a node is raw text without holes, one of the given words. */
export function isOneOf(node: OperationNode, words: ReadonlySet<string>): boolean {
  const text = wholeText(node)
  return text !== undefined && words.has(text)
}

/**
 * Whether raw text adds nothing to what stands in its holes: `sql.ref`, `sql.val`, `sql.lit`,
 * `sql.table`, `sql.id`, and Kysely's helpers for PostgreSQL. Several holes side by side are no
 * such thing: a name in one and parentheses in the next make a call.
 */
export function isHarmlessRaw({ sqlFragments, parameters }: RawNode, isSafe: Judge): boolean {
  const [first] = sqlFragments
  if (first === undefined || sqlFragments.length !== parameters.length + 1) return false
  const [hole] = parameters
  if (hole === undefined) return first === MERGE_ACTION_HELPER
  if (parameters.length > 1) return isIdentifierPath(sqlFragments, parameters)
  const second = sqlFragments[1]
  if (first === '') return second === '' && isSafe(hole)
  if (first === OBJECT_HELPER[0]) return second === OBJECT_HELPER[1] && isList(hole, isSafe)
  const end = HELPERS.get(first)
  return end !== undefined && second === end && isSafe(hole)
}

/** `sql.id('a', 'b')` */
function isIdentifierPath(
  fragments: readonly string[],
  parameters: readonly OperationNode[],
): boolean {
  const last = fragments.length - 1
  return (
    fragments.every((text, at) => text === (at === 0 || at === last ? '' : '.')) &&
    parameters.every((node) => node.kind === 'IdentifierNode')
  )
}

/** `sql.join([…])` with the comma that it has by itself. */
function isList(node: OperationNode, isSafe: Judge): boolean {
  if (node.kind !== 'RawNode') return false
  const { sqlFragments, parameters } = node as RawNode
  return (
    sqlFragments.length === parameters.length + 1 &&
    sqlFragments.every((text) => text === '') &&
    parameters.every((item, at) => (at % 2 === 0 ? isSafe(item) : wholeText(item) === ', '))
  )
}

function wholeText(node: OperationNode): string | undefined {
  if (node.kind !== 'RawNode') return undefined
  const { sqlFragments, parameters } = node as RawNode
  return sqlFragments.length === 1 && parameters.length === 0 ? sqlFragments[0] : undefined
}
