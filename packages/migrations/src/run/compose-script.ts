import type { LocalSetting } from '@plataforma/core'
import { escapeLiteral } from 'pg'
import type { Ground } from '../ground/ground.js'
import type { ScriptStatement } from '../script/migration-script.js'
import { asOwner, DROP_AS_OWNER, type Identity, identityCheck, MAKE_AS_OWNER } from './identity.js'
import { chunksOf, type ScriptChunk, type ScriptCut } from './script-chunks.js'

/** One transaction up to where its outcome is written down: texts for the simple protocol. */
export interface ComposedScript {
  readonly texts: readonly ScriptText[]
  /** Whether its statements may take away what is prepared on the session. */
  readonly mayForget: boolean
}

export interface ScriptText {
  readonly text: string
  readonly statements: readonly ScriptStatement[]
  /** Characters before each statement in `text`. */
  readonly offsets: readonly number[]
  /** Whether marks tell how far it has come. */
  readonly isMarked: boolean
}

/** A prepared statement outlives a rollback: the last one tells how far a script has come. */
export const MARK = 'plataforma_migration_at_'

/** Begins a transaction with its settings. */
export function beginText(settings: readonly LocalSetting[]): string {
  return `BEGIN;\n${localSettings(settings)};\n`
}

/**
 * Ends the part of a transaction that runs as the owner, with all that is deferred checked, where
 * there is no next statement: COMMIT would run the queries of cursors as the administrator.
 */
export function closingText(identity: Identity): string {
  return `SET CONSTRAINTS ALL IMMEDIATE;
${identityCheck(identity)};
CLOSE ALL; RESET ROLE; SELECT pg_catalog.set_config('search_path', 'pg_catalog', true),
  pg_catalog.set_config('client_encoding', 'UTF8', true)`
}

export interface Composing {
  readonly settings: readonly LocalSetting[]
  readonly identity: Identity
  /** Whether DO and CALL run where the server refuses a change of role. */
  readonly isSealed: boolean
  readonly releaseStatement: Ground['releaseStatement']
  readonly cut: ScriptCut
}

/**
 * Puts a transaction's settings and statements into texts, as few as its cut allows.
 *
 * @example
 * const { texts } = composeScript(statements, { settings, identity, isSealed, releaseStatement, cut })
 * for (const { text } of texts) await session.script(text)
 */
export function composeScript(
  statements: readonly ScriptStatement[],
  composing: Composing,
): ComposedScript {
  const { settings, identity, cut } = composing
  const isSealed = composing.isSealed && statements.some(mayRunCode)
  const begin = beginText(settings) + (isSealed ? `${MAKE_AS_OWNER};\n` : '')
  const end = (isSealed ? `${DROP_AS_OWNER};\n` : '') + closingText(identity)
  const chunks = chunksOf(statements, cut)
  // An error without a place is that of the only statement, and of nothing around it.
  const takesAll = (chunk: ScriptChunk | undefined) => chunk?.isMarked || cut === 'whole'
  const texts = chunks.map((chunk, index) =>
    composeText(chunk.statements, {
      ...composing,
      isSealed,
      isMarked: chunk.isMarked,
      begin: takesAll(chunk) && index === 0 ? begin : '',
      end: takesAll(chunk) && index === chunks.length - 1 ? end : NEXT,
    }),
  )
  const mayForget = chunks.some(({ isMarked }) => !isMarked)
  if (!takesAll(chunks[0])) texts.unshift(alone(begin))
  if (!takesAll(chunks.at(-1))) texts.push(alone(end))
  return { texts, mayForget }
}

/** What comes next is cut into tokens as the parser has cut it. */
const NEXT = `SELECT pg_catalog.set_config('standard_conforming_strings', 'on', true)`

function alone(text: string): ScriptText {
  return { text, statements: [], offsets: [], isMarked: false }
}

interface ComposingText extends Composing {
  readonly isMarked: boolean
  readonly begin: string
  readonly end: string
}

function composeText(
  statements: readonly ScriptStatement[],
  { settings, identity, isSealed, isMarked, begin, end, releaseStatement }: ComposingText,
): ScriptText {
  const offsets: number[] = []
  let text = begin
  for (const [index, statement] of statements.entries()) {
    if (isMarked) text += markText(index)
    const asAdministrator = statement.runsAs === 'administrator'
    if (asAdministrator) text += `${ADMINISTRATOR};\n`
    for (const change of statement.changes) {
      const release = releaseStatement(change)
      if (release !== undefined) text += `${release};\n`
    }
    const [before, after] =
      isSealed && mayRunCode(statement) ? asOwner(statement.text) : (['', '\n'] as const)
    text += before
    offsets.push(text.length)
    // A comment may stand at the end of the statement.
    text += `${statement.text}${after};\n`
    if (asAdministrator) text += `${localSettings(settings)};\n`
    // Of all others it is told at the end.
    else if (statement.runsFunctions) text += `${identityCheck(identity)};\n`
  }
  if (isMarked) text += markText(statements.length)
  text += end
  if (isMarked) text += `;\nDEALLOCATE ${MARK}${statements.length}`
  return { text, statements, offsets, isMarked }
}

/** Whether it runs code of its own, or of a procedure. */
function mayRunCode({ tag }: ScriptStatement): boolean {
  return tag === 'DoStmt' || tag === 'CallStmt'
}

const ADMINISTRATOR = `SELECT pg_catalog.set_config('role', 'none', true),
  pg_catalog.set_config('search_path', 'extensions', true)`

function markText(index: number): string {
  const before = index === 0 ? '' : `DEALLOCATE ${MARK}${index - 1}; `
  return `${before}PREPARE ${MARK}${index} AS SELECT;\n`
}

function localSettings(settings: readonly LocalSetting[]): string {
  if (settings.length === 0) return 'SELECT'
  const calls = settings.map(
    ({ name, value }) =>
      `pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`,
  )
  return `SELECT ${calls.join(', ')}`
}
