import { readFileSync, realpathSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Migration } from '../../migration/migration.js'
import { checksumOf, normalisedText } from '../../source/normalised-text.js'

/** Where the code of a migration was when an error came up; line and column are from 1. */
export interface CodePlace {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The file's text with the characters before the place, where it is the text that ran. */
  readonly source: { readonly text: string; readonly offset: number } | undefined
}

type CodeFile = Pick<Migration, 'kind' | 'place' | 'checksum'>

/**
 * The innermost place of a migration's own file in the stack of an error, or of what caused it.
 * Node.js keeps lines and columns when it strips types, and loaders map them back.
 */
export function codePlace(error: unknown, migration: CodeFile): CodePlace | undefined {
  if (migration.kind !== 'code') return undefined
  const files = filesOf(migration.place)
  let cause = error
  for (let depth = 0; cause instanceof Error && depth < DEEPEST; depth++) {
    for (const { head, line, column } of framesOf(cause)) {
      const file = files.find(({ names }) => names.some((name) => isNamed(head, name)))
      if (file === undefined) continue
      const at = { file: file.place, line, column }
      return { ...at, source: sourceOf(migration, at) }
    }
    cause = cause.cause
  }
  return undefined
}

/** A chain of causes may be a ring. */
const DEEPEST = 8

/** Code may have run as it was compiled beside its source. */
const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

/** The files that a migration's code can be, with what frames call them. */
function filesOf(place: string) {
  const stem = place.slice(0, place.length - extname(place).length)
  const folders = new Set([resolve(dirname(place)), realFolder(dirname(place))])
  return EXTENSIONS.map((extension) => {
    const file = `${stem}${extension}`
    const paths = [...folders].map((folder) => join(folder, file.slice(dirname(file).length)))
    return { place: file, names: paths.flatMap((path) => [path, pathToFileURL(path).href]) }
  })
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return resolve(folder)
  }
}

/** As V8 writes them: `at up (file:///…/001_a.ts:3:9)`, of some loaders with a query. */
const FRAME = /^ +at (.*?)(?:\?[^:]*)?:(\d+):(\d+)\)?$/

function framesOf({ stack, message }: Error) {
  if (typeof stack !== 'string') return []
  // The message is before them, and may have lines like theirs.
  const frames = stack.slice(stack.indexOf(message) + message.length)
  return frames.split('\n').flatMap((frame) => {
    const [, head, line, column] = FRAME.exec(frame) ?? []
    return head === undefined ? [] : [{ head, line: Number(line), column: Number(column) }]
  })
}

function isNamed(head: string, name: string): boolean {
  if (!head.endsWith(name)) return false
  const before = head.charAt(head.length - name.length - 1)
  return before === '' || before === '(' || before === ' '
}

function sourceOf(
  migration: CodeFile,
  { file, line, column }: Omit<CodePlace, 'source'>,
): CodePlace['source'] {
  const text = textOf(file)
  if (text === undefined) return undefined
  // The checksum is of the source alone, which may have been edited since it was loaded.
  if (file === migration.place && checksumOf(text) !== migration.checksum) return undefined
  const lines = text.split('\n')
  const isThere = column - 1 <= (lines[line - 1]?.length ?? -1)
  if (!isThere) return undefined
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  return { text, offset: before + column - 1 }
}

function textOf(file: string): string | undefined {
  try {
    return normalisedText(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
