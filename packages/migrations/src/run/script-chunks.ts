import type { ScriptStatement } from '../script/migration-script.js'

/** Statements that are sent in one text. */
export interface ScriptChunk {
  readonly statements: readonly ScriptStatement[]
  readonly isMarked: boolean
}

/**
 * How statements are cut into texts: `whole` tells no place that the server does not tell, `marked`
 * all of them where nothing takes marks away unseen, `singly` all.
 */
export type ScriptCut = 'whole' | 'marked' | 'singly'

/** Would take the marks away as well. */
const FORGETS = /\b(?:deallocate|discard)\b/i

/** Characters that the server may copy for the marks of one text: 0.1 s of its time. */
const MOST_COPIED = 100_000_000

/** And for those of each text, where there are several: smaller ones cost less together. */
const MOST_COPIED_OF_SEVERAL = 1_000_000

/** How statements are cut at first: each mark costs the server a copy of its text. */
export function firstCut(statements: readonly ScriptStatement[]): ScriptCut {
  return statements.length * lengthOf(statements) <= MOST_COPIED ? 'marked' : 'whole'
}

/** Cuts statements into chunks; a statement that may take marks away stands alone. */
export function chunksOf(
  statements: readonly ScriptStatement[],
  cut: ScriptCut,
): readonly ScriptChunk[] {
  if (cut === 'whole') return [{ statements, isMarked: false }]
  const most = firstCut(statements) === 'marked' ? MOST_COPIED : MOST_COPIED_OF_SEVERAL
  const chunks: ScriptChunk[] = []
  let together: ScriptStatement[] = []
  let length = 0
  for (const statement of statements) {
    if (cut === 'singly' || FORGETS.test(statement.text)) {
      chunks.push({ statements: [statement], isMarked: false })
      together = []
      continue
    }
    length += statement.text.length
    if (together.length > 0 && (together.length + 1) * length <= most) {
      together.push(statement)
      continue
    }
    together = [statement]
    length = statement.text.length
    chunks.push({ statements: together, isMarked: true })
  }
  return chunks
}

function lengthOf(statements: readonly ScriptStatement[]): number {
  return statements.reduce((sum, { text }) => sum + text.length, 0)
}
