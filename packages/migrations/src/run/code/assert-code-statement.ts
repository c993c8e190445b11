import { PlataformaError } from '@plataforma/core'
import { loadParser, type ParseNode, parsePlaced } from '@plataforma/core/parser'
import { type ChangedColumn, changedColumns } from '../../script/changed-columns.js'
import type { Refused } from '../../script/extension-statement.js'
import { mayCommit } from '../../script/may-commit.js'
import { outsideEffect } from '../../script/outside-effect.js'
import { ownSchemaRefusal } from '../../script/own-schema.js'
import { nodeOf } from '../../script/statement-nodes.js'
import { sessionRefusal } from '../../script/statement-refusal.js'
import { isPatient } from '../outside/is-patient.js'

const SHOWN = 200

/** Words without which no text holds a statement that is forbidden. */
const SUSPICIOUS =
  /\b(abort|begin|client_encoding|commit|discard|end|names|owned|pg_settings|prepare|release|reset|role|rollback|savepoint|schema|session\w*|standard\w*|start)\b/i

/**
 * Refuses the texts of code that end its transaction or change its role behind the engine's back.
 *
 * @throws PlataformaError `PLT_STATEMENT_NOT_ALLOWED`
 */
export async function assertCodeStatement(text: string, ownSchema?: string): Promise<void> {
  if (!SUSPICIOUS.test(text)) return
  await loadParser()
  for (const tree of statementsOf(text)) {
    const own = ownSchema === undefined ? undefined : ownSchemaRefusal(tree, ownSchema)
    const encoding = ofEncoding(tree)
    const refused = own ?? encoding ?? sessionRefusal(tree, text)
    if (refused === undefined) continue
    throw new PlataformaError('PLT_STATEMENT_NOT_ALLOWED', refused.message, {
      remedy:
        (own ?? encoding)?.remedy ??
        'Use `db.transaction()`, which is a savepoint; the role is that of the module.',
      details: { statement: text.slice(0, SHOWN) },
    })
  }
}

/** The client sends its texts as UTF-8, and reads answers as that. */
function ofEncoding(tree: ParseNode): Refused | undefined {
  const set = nodeOf(tree, 'VariableSetStmt')
  if (set?.name?.toLowerCase() !== 'client_encoding' || set.kind !== 'VAR_SET_VALUE')
    return undefined
  if (/^utf-?8$/i.test(set.args?.[0]?.A_Const?.sval?.sval ?? '')) return undefined
  return {
    message: 'Code cannot change the encoding of its session: what it sends is UTF-8.',
    remedy: 'Remove the statement; decode bytes of another encoding with `convert_from`.',
  }
}

/** The columns that the text drops, renames or gives another type. */
export async function columnsChangedBy(text: string): Promise<readonly ChangedColumn[]> {
  if (!/\balter\b/i.test(text)) return []
  await loadParser()
  return statementsOf(text).flatMap(changedColumns)
}

/**
 * Whether the text may not be in a transaction, or commits by itself; `patient` where nobody waits
 * behind it while it waits.
 */
export async function outsideOf(text: string): Promise<'patient' | 'other' | undefined> {
  if (!OUTSIDE.test(text)) return undefined
  await loadParser()
  for (const tree of statementsOf(text)) {
    const effect = outsideEffect(tree)
    if (effect !== undefined) return isPatient(effect) ? 'patient' : 'other'
    if (mayCommit(tree)) return 'other'
  }
  return undefined
}

/** Words without which no text holds such a statement. */
const OUTSIDE = /\b(alter|call|cluster|create|do|drop|reindex|vacuum)\b/i

/** None where it is no SQL: then the server refuses all of the text. */
function statementsOf(text: string): readonly ParseNode[] {
  try {
    return parsePlaced(text).map(({ tree }) => tree)
  } catch {
    return []
  }
}
