import { expect, test } from 'vitest'
import { textTable } from './text-table.js'

test('columns are as wide as their widest cell, colours not counted', () => {
  const columns = [{ title: 'module' }, { title: 'rows', align: 'right' }] as const
  const red = '\u001b[31mvendas\u001b[39m'
  expect(
    textTable(columns, [
      [red, '12,000'],
      ['rh', '7'],
    ]),
  ).toEqual(['module    rows', '──────────────', `${red}  12,000`, 'rh           7'])
})
