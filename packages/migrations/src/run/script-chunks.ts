import type { ScriptStatement } from '../script/migration-script.js'

/** Statements that are sent in one text. */
export interface ScriptChunk {
  readonly statements: readonly ScriptStatement[]
  readonly isMarked: boolean
}

/** Would take the marks away as well. */
const FORGETS = /\b(?:deallocate|discard)\b/i

/** Characters that the server may copy for the marks of one text: 0.1 s of its time. */
const MOST_COPIED = 100_000_000

/** And for those of each text, where there are several: smaller ones cost less together. */
const MOST_COPIED_OF_SEVERAL = 10_000_000

/**
 * Cuts statements into chunks, each so small that marks between its statements cost little: each
 * mark costs the server a copy of the whole text. One that may take marks away stands alone.
 */
export function chunksOf(
  statements: readonly ScriptStatement[],
  marks: boolean,
): readonly ScriptChunk[] {
  const chunks: ScriptChunk[] = []
  const whole = statements.reduce((sum, { text }) => sum + text.length, 0)
  const isOne = statements.length * whole <= MOST_COPIED
  const most = isOne ? MOST_COPIED : MOST_COPIED_OF_SEVERAL
  let together: ScriptStatement[] = []
  let length = 0
  for (const statement of statements) {
    if (!marks || FORGETS.test(statement.text)) {
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
