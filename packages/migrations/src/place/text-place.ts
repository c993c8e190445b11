/** A place in a text, for people. */
export interface TextPlace {
  /** The file, or another name of the text. */
  readonly file: string
  readonly text: string
  /** Characters (UTF-16 units) before the place. */
  readonly offset: number
}

/** Line and column of a place, both from 1. */
export function lineAndColumn({ text, offset }: TextPlace): {
  readonly line: number
  readonly column: number
} {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}

const WIDEST_LINE = 100

/** The line of a place with a caret under it, and where it stands: three lines of text. */
export function showPlace(place: TextPlace): string {
  const { line, column } = lineAndColumn(place)
  const whole = place.text.split('\n')[line - 1] ?? ''
  const from = Math.max(0, Math.min(column - 1 - WIDEST_LINE / 2, whole.length - WIDEST_LINE))
  const shown = whole.slice(from, from + WIDEST_LINE).replace(/[^\S ]/g, ' ')
  const gutter = String(line).length
  return [
    `${place.file}:${line}:${column}`,
    `${line} | ${shown}`,
    `${' '.repeat(gutter)} | ${' '.repeat(column - 1 - from)}^`,
  ].join('\n')
}
