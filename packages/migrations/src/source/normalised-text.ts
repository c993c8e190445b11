import { hash } from 'node:crypto'

/** A text as it is parsed and hashed on every machine: no byte order mark, lines ended by LF. */
export function normalisedText(text: string): string {
  const marked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  return marked.includes('\r') ? marked.replaceAll('\r\n', '\n') : marked
}

/** SHA-256 of a text in UTF-8, 64 hexadecimal digits. */
export function checksumOf(text: string): string {
  return hash('sha256', text, 'hex')
}
