import { loadParser } from '@plataforma/core/parser'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { splitStatements } from './split-statements.js'

beforeAll(() => loadParser())

const STATEMENTS = [
  "select ';'",
  "select E'\\';' , $$;$$, $a$ $$;$$ $a$",
  'select \'ação; 😀\' as "b;"',
  "create function f() returns int language sql as $body$ select 1; -- '\n$body$",
  'create function g() returns int begin atomic select 1; select 2; end',
  'create rule r as on insert to a do also (select 1; select 2)',
  'do $$ begin perform 1; end; $$',
  'select 1 /* ; /* ; */ */ + 2 -- ;\n + 3',
  "select U&'d\\0061t;\\+000061'",
  'select a->>$1, b @> c from d where e ~ \'\\;\' and "f;" is null',
]

const GAPS = ['', ' ', '\n', '\n\n', '-- ; é 😀\n', '/* ; */', '/* /* ; */ é */\n', ';', ';;\n']
const TAILS = ['', ' ', ' -- fim; 😀\n', ' /* ; */', '\n-- a\n-- b\n']

it('cuts any statements with anything between them', () => {
  const piece = fc.record({
    gap: fc.array(fc.constantFrom(...GAPS), { maxLength: 3 }).map((parts) => parts.join('')),
    statement: fc.constantFrom(...STATEMENTS),
    tail: fc.constantFrom(...TAILS),
  })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.boolean(), (pieces, isEnded) => {
      const parts = pieces.map(({ gap, statement, tail }) => `${gap}${statement}${tail}`)
      const script = parts.join(';') + (isEnded ? ';' : '')
      const cut = splitStatements(script)
      expect(cut.map(({ text }) => text)).toEqual(pieces.map(({ statement }) => statement))
      for (const { text, offset } of cut) {
        expect(script.slice(offset, offset + text.length)).toBe(text)
      }
    }),
    { numRuns: 300 },
  )
})
