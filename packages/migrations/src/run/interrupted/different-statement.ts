import { parsePlaced } from '@plataforma/core/parser'
import type { ScriptStatement } from '../../script/migration-script.js'

type Text = Pick<ScriptStatement, 'text'>

/** Where the first of so many statements stands that is another in the other script, from 0. */
export function differentStatement(
  before: readonly Text[],
  now: readonly Text[],
): number | undefined {
  const at = before.findIndex((statement, index) => !isSameStatement(statement, now[index]))
  return at < 0 ? undefined : at
}

/** Whether PostgreSQL reads both alike: white space, comments and letter case say nothing. */
export function isSameStatement(a: Text | undefined, b: Text | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.text === b.text || shapeOf(a) === shapeOf(b)
}

function shapeOf({ text }: Text): string {
  return JSON.stringify(parsePlaced(text), (key, value: unknown) =>
    isPlace(key) && typeof value === 'number' ? undefined : value,
  )
}

/** Where something stands in the text. */
function isPlace(key: string): boolean {
  return (
    key === 'start' || key === 'end' || /(?:^|_)(?:location|len|list_start|list_end)$/.test(key)
  )
}
