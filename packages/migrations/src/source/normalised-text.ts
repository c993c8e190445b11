import { hash } from 'node:crypto'

/** A text as it is parsed and hashed on every machine: no byte order mark, lines ended by LF. */
export function normalisedText(text: string): string {
  const marked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (!marked.includes('\r')) return marked
  // Where no other ends a line, as editors of long ago have it; beside another it may be data.
  return marked.includes('\n') ? marked.replaceAll('\r\n', '\n') : marked.replaceAll('\r', '\n')
}

/** SHA-256 of a text in UTF-8, 64 hexadecimal digits. */
export function checksumOf(text: string): string {
  return hash('sha256', text, 'hex')
}
