import { type Figure, isReached } from './figure.js'

/** The columns of a table of figures. */
export const FIGURE_COLUMNS = [
  'what',
  'against',
  'median',
  'quartiles',
  'min–max',
  'aim',
  'reached',
] as const

/** A figure as the cells of a table. */
export function figureCells(figure: Figure): readonly string[] {
  const { spread, unit, aim } = figure
  const reached = isReached(figure)
  return [
    figure.what,
    figure.against,
    `${digits(spread.median)}${unit}`,
    spread.rounds === 1 ? '' : `${digits(spread.lowerQuartile)}–${digits(spread.upperQuartile)}`,
    spread.rounds === 1 ? '' : `${digits(spread.min)}–${digits(spread.max)}`,
    aim === undefined ? '' : 'atMost' in aim ? `≤ ${aim.atMost}${unit}` : `≥ ${aim.atLeast}${unit}`,
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ]
}

/** A figure in one or two lines, for reading along. */
export function figureText(figure: Figure): string {
  const [what, against, median, quartiles, range, aim, reached] = figureCells(figure)
  const spread = quartiles === '' ? '' : ` (quartiles ${quartiles}, ${range})`
  const asked = aim === '' ? '' : `, aim ${aim}: ${reached === 'yes' ? 'reached' : 'NOT REACHED'}`
  const note = figure.note === undefined ? '' : `\n      ${figure.note}`
  return `  ${what} against ${against}: ${median}${spread}${asked}${note}`
}

export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [columns, columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}
