import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { invalidFile } from './invalid-file.js'
import { normalisedText } from './normalised-text.js'
import { unreadable } from './unreadable.js'

const REPLACEMENT = '\uFFFD'

/**
 * The normalised text of a file.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID` where it is no UTF-8
 */
export function readText(file: string, module?: string): string {
  const text = read(file)
  // Node puts the replacement character where a byte is wrong; it may also stand there by right.
  const isText = !text.includes('\0') && (!text.includes(REPLACEMENT) || isUtf8(readFileSync(file)))
  if (isText) return normalisedText(text)
  throw invalidFile(file, {
    ...(module === undefined ? {} : { module }),
    message: `${file} is no text in UTF-8.`,
    remedy: 'Save the file in UTF-8.',
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}
