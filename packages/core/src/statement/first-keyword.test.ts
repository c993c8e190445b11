import fc from 'fast-check'
import { loadModule, scanSync } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import { firstKeyword } from './first-keyword.js'

beforeAll(loadModule)

test.each([
  ['select 1', 'SELECT'],
  ['SeLeCt 1', 'SELECT'],
  [' \t\n\r\f\vselect', 'SELECT'],
  ['((select 1))', 'SELECT'],
  ['( /* x */ ( -- y\n values (1)))', 'VALUES'],
  ['select/**/1', 'SELECT'],
  ['select(1)', 'SELECT'],
  ["select'a'", 'SELECT'],
  ['-- one\rdo', 'DO'],
  ['-- one\ndo', 'DO'],
  ['-- one\n-- two\r\nwith a as (select 1) select 1', 'WITH'],
  ['--', undefined],
  ['-- select', undefined],
  ['-- select\u2028do', undefined],
  ['- - select', undefined],
  ['/* /* */ SELECT */ DO $$ $$', 'DO'],
  ['/* */ SELECT */ DO $$ $$', 'SELECT'],
  ['/*/ SELECT */ do', 'DO'],
  ['/*/* x */*/select', 'SELECT'],
  ['/*/*/ select */ */ do', 'DO'],
  ['/***/select', 'SELECT'],
  ['/**//**/select', 'SELECT'],
  ['/* -- */ select', 'SELECT'],
  ['-- /*\nselect', 'SELECT'],
  ["/* ' */ select /* ' */", 'SELECT'],
  ['/* select', undefined],
  ['/* /* */ select', undefined],
  ['*/ select', undefined],
  ['', undefined],
  ['   ', undefined],
  ['(', undefined],
  [';select 1', undefined],
  ['"select" 1', undefined],
  ["'select'", undefined],
  ['1', undefined],
  ['$1', undefined],
  ['\\select', undefined],
  ['\0select', undefined],
  ['\ufeffselect 1', undefined],
  ['\u00a0select 1', undefined],
  ['\u2003select 1', undefined],
  ['select\u00a0 1', undefined],
  ['\u017felect 1', undefined],
  ['do$$ begin end $$', 'DO$$'],
  ['select1', 'SELECT1'],
  ['select_x', 'SELECT_X'],
  ['_select', '_SELECT'],
  ['select$1', 'SELECT$1'],
])('%j begins with %s', (sql, keyword) => {
  expect(firstKeyword(sql)).toBe(keyword)
})

test('whatever stands before it that the scanner skips, the keyword is found', () => {
  const text = fc.stringMatching(/^[a-z '"$-]{0,6}$/)
  const comment = fc.letrec<{ block: string }>((tie) => ({
    block: fc
      .array(fc.oneof({ maxDepth: 3 }, text, tie('block')), { maxLength: 3 })
      .map((parts) => `/*${parts.join(' ')} */`),
  })).block
  const line = fc.tuple(text, fc.constantFrom('\n', '\r')).map(([words, end]) => `--${words}${end}`)
  const skipped = fc.array(fc.oneof(comment, line, fc.constantFrom(' ', '\t', '\n', '(')))
  fc.assert(
    fc.property(skipped, fc.constantFrom('select', 'DO', 'With'), (before, keyword) => {
      expect(firstKeyword(`${before.join('')}${keyword} 1`)).toBe(keyword.toUpperCase())
    }),
  )
})

test('PostgreSQL’s own scanner finds the same first word', () => {
  const piece = fc.constantFrom(
    ...[
      '/*',
      '*/',
      '/',
      '*',
      '--',
      '-',
      '\n',
      '\r',
      '\t',
      ' ',
      '(',
      '/**/',
      'do',
      'select',
      '$',
      '1',
    ],
    ...['_', '"', "'", ';', '\u00a0', '\ufeff', '\u2028', 'é', '\v', '\f'],
  )
  let compared = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const sql = pieces.join('')
      const expected = firstWord(sql)
      if (expected === null) return
      compared++
      expect(firstKeyword(sql)).toBe(expected)
    }),
    { numRuns: 5_000 },
  )
  expect(compared).toBeGreaterThan(2_000)
})

/** `null` where the scanner refuses the text. */
function firstWord(sql: string): string | undefined | null {
  try {
    const token =
      sql === ''
        ? undefined
        : scanSync(sql).tokens.find(
            ({ text, tokenName }) => text !== '(' && !/COMMENT/.test(tokenName),
          )
    return token && /^[a-z_][a-z0-9_$]*$/i.test(token.text) ? token.text.toUpperCase() : undefined
  } catch {
    return null
  }
}
