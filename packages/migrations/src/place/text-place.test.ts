import { expect, it } from 'vitest'
import { lineAndColumn, showPlace } from './text-place.js'

it('shows the line with a caret under the place', () => {
  const text = 'create table a (id int);\nselct é;\n'
  const place = { file: 'migrations/vendas/001_a.sql', text, offset: text.indexOf('selct') }
  expect(showPlace(place)).toBe('migrations/vendas/001_a.sql:2:1\n2 | selct é;\n  | ^')
})

it('cuts a line that is too wide around the place', () => {
  const text = `${'x'.repeat(500)}!${'y'.repeat(500)}`
  const [, line = '', caret = ''] = showPlace({ file: 'f', text, offset: 500 }).split('\n')
  expect(line.length).toBeLessThanOrEqual(104)
  expect(line[caret.indexOf('^')]).toBe('!')
})

it('keeps the caret under its character beside tabs', () => {
  const text = '\tselect\tx'
  const [, line = '', caret = ''] = showPlace({ file: 'f', text, offset: 8 }).split('\n')
  expect(line[caret.indexOf('^')]).toBe('x')
})

it('counts the place after the last line', () => {
  expect(lineAndColumn({ file: 'f', text: 'a\n', offset: 2 })).toEqual({ line: 2, column: 1 })
})
