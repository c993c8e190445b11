import { scanTokens } from '@plataforma/core/parser'

/** Words before a statement inside a body; anywhere else SET is of an UPDATE. */
const BEFORE_STATEMENT = ['begin', 'then', 'else', 'loop', ';', '>>']

const IDENTITY_LITERALS = ["'role'", "'session_authorization'"]

/** Whether the body of a DO changes the role by a statement that can be seen. */
export function changesRoleInBody(body: string): boolean {
  if (!/role|authorization/i.test(body)) return false
  const words = wordsOf(body)
  return words.some((word, index) => {
    if (word === 'set_config') return IDENTITY_LITERALS.includes(words[index + 2] ?? '')
    if (word !== 'set' && word !== 'reset') return false
    const before = words[index - 1]
    if (before !== undefined && !BEFORE_STATEMENT.includes(before)) return false
    const [first = '', second = '', third = ''] = words.slice(index + 1)
    const rest = first === 'local' || first === 'session' ? [second, third] : [first, second]
    const [named] = rest
    return (
      ['role', '"role"', 'session_authorization', 'authorization'].includes(named ?? '') ||
      rest.join(' ') === 'session authorization'
    )
  })
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
