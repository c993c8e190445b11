import { scanTokens } from '@plataforma/core/parser'

/** Words before a statement inside a body. */
const BEFORE_STATEMENT: readonly (string | undefined)[] = [
  'begin',
  'then',
  'else',
  'loop',
  ';',
  '>>',
]

const IDENTITY_LITERALS: readonly unknown[] = ["'role'", "'session_authorization'"]

/** What keeps a setting for later, whose SET stands behind a name. */
const KEEPS_SETTING =
  /^(?:create (?:or replace )?|alter )(?:function|procedure|routine|role|user|group|database|system)$/

/** The begin of a text that EXECUTE runs, without its quotes. */
const ROLE_TEXT =
  /^\s*(?:set(?:\s+(?:local|session))?|reset)\s+(?:"?role\b|"?session_authorization\b|session\s+authorization\b)/i

/** Whether a body in PL/pgSQL changes the role by a statement that can be seen. */
export function changesRoleInBody(body: string): boolean {
  if (!/role|authorization|pg_settings/i.test(body)) return false
  const words = wordsOf(body)
  let start = 0
  return words.some((word, index) => {
    const before = words[index - 1]
    if (before === undefined || BEFORE_STATEMENT.includes(before)) start = index
    if (word === 'set_config') return IDENTITY_LITERALS.includes(words[index + 2])
    if (word === 'execute') return isRoleText(words.slice(index + 1, index + 4))
    if (word === 'update') return isSettingsView(words.slice(index + 1, index + 4))
    if (word !== 'set' && word !== 'reset') return false
    const isStatement = start === index
    const keeps = !isStatement && KEEPS_SETTING.test(headOf(words.slice(start, index)))
    return (isStatement || keeps) && namesIdentity(words.slice(index + 1, index + 4))
  })
}

function namesIdentity([first = '', second = '', third = '']: readonly string[]): boolean {
  const rest = first === 'local' || first === 'session' ? [second, third] : [first, second]
  return (
    ['role', '"role"', 'session_authorization', 'authorization'].includes(rest[0] ?? '') ||
    rest.join(' ') === 'session authorization' ||
    (first === 'session' && second === 'authorization')
  )
}

/** The words that say what a statement makes or alters. */
function headOf(words: readonly string[]): string {
  const length = words[1] === 'or' ? 4 : 2
  return words.slice(0, length).join(' ')
}

/** `EXECUTE '…'`, and `EXECUTE format('…'`. */
function isRoleText([first = '', second = '', third = '']: readonly string[]): boolean {
  const literal = first === 'format' && second === '(' ? third : first
  const [, text] = /^(?:e|u&)?'(.*)'$/s.exec(literal) ?? /^\$\w*\$(.*)\$\w*\$$/s.exec(literal) ?? []
  return text !== undefined && ROLE_TEXT.test(text)
}

function isSettingsView([first, second, third]: readonly (string | undefined)[]): boolean {
  return first === 'pg_settings' || (second === '.' && third === 'pg_settings')
}

function wordsOf(body: string): readonly string[] {
  try {
    return scanTokens(body)
      .filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
      .map(({ text }) => text.toLowerCase())
  } catch {
    // The server will say what is wrong with it.
    return []
  }
}
