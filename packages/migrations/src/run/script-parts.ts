import type { MigrationMetadata } from '../migration/migration-metadata.js'
import type { OutsideEffect, ScriptStatement } from '../script/migration-script.js'

/** What of a script is done at once: a transaction, or one statement that takes none around it. */
export type ScriptPart =
  | { readonly kind: 'transaction'; readonly statements: readonly ScriptStatement[] }
  | {
      readonly kind: 'outside'
      readonly statement: ScriptStatement
      readonly effect: OutsideEffect
    }

/** Cuts a script into parts, in its order: one transaction where every statement can be in one. */
export function partsOf(
  statements: readonly ScriptStatement[],
  { transaction }: Pick<MigrationMetadata, 'transaction'>,
): readonly ScriptPart[] {
  const parts: ScriptPart[] = []
  let together: ScriptStatement[] | undefined
  const isSingly = transaction === false
  for (const statement of statements) {
    const effect = statement.outside ?? (isSingly && statement.mayCommit ? UNKNOWN : undefined)
    if (effect !== undefined) {
      parts.push({ kind: 'outside', statement, effect })
      together = undefined
    } else if (together === undefined || isSingly) {
      together = [statement]
      parts.push({ kind: 'transaction', statements: together })
    } else together.push(statement)
  }
  return parts
}

const UNKNOWN: OutsideEffect = { kind: 'unknown' }
