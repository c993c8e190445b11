import { stripVTControlCharacters } from 'node:util'

/** A column of a table: its title and on which side its cells stand. */
export interface TextColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const GAP = '  '

/** Lines of a table: titles, a rule, the rows. Colours do not count as width. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = columns.map(({ title }, place) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[place] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, place) => {
        const cell = cells[place] ?? ''
        const space = ' '.repeat((widths[place] ?? 0) - widthOf(cell))
        return align === 'right' ? space + cell : cell + space
      })
      .join(GAP)
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('──')
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)]
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
