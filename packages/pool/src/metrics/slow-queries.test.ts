import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactedStatement } from './redacted-statement.js'
import { SlowQueries } from './slow-queries.js'

describe('a statement that is kept', () => {
  it.each([
    ["select * from clientes where nome = 'segredo'", 'select * from clientes where nome = $1'],
    ["select $1, 'segredo', $2", 'select $1, …'],
    ["select e'a\\'segredo', 1", 'select $1, …'],
    ["select E'a''segredo' as x", 'select $1 as x'],
    ["select U&'segredo' , B'101', X'1F'", 'select $1, …'],
    ['select $$segredo$$ as a', 'select $1 as a'],
    ['do $corpo$ begin perform $$segredo$$; end $corpo$', 'do $1'],
    ['select 1234, 12.5e10, .5, 0xFF, 1_000', 'select $1, …'],
    ['select id1, t2.c3 from t2', 'select id1, t2.c3 from t2'],
    ['select "a ""b"" 1" from "Tabela 2"', 'select "a ""b"" 1" from "Tabela 2"'],
    ['select /* segredo /* mais */ fim */ a -- segredo\nfrom b', 'select a from b'],
    ["alter role x password 'segredo'", 'alter role x password $1'],
    ["set app.token = 'segredo'", 'set app.token = $1'],
    ["insert into t values (1, 'segredo'), (2, 'b')", 'insert into t values ($1, …), …'],
    ["select * from t where a in ('segredo', 'b', 'c')", 'select * from t where a in ($1, …)'],
    ["'segredo'", '$1'],
    ["selec 'segredo' frm", 'selec $1 frm'],
    ["select 'segredo", 'select $1 …'],
    ["select 'a\\' , segredo, '", 'select $1 …'],
    ['select "segredo', 'select $1 …'],
    ['select $x$ segredo', 'select $1 …'],
    ['select /* segredo', 'select $1 …'],
    ['', ''],
  ])('%j holds no literal', (text, redacted) => {
    expect(redactedStatement(text)).toBe(redacted)
  })

  it('holds none in whatever text', () => {
    const secret = fc.stringMatching(/^s3cr[a-z]{6}$/)
    const pieces = fc.constantFrom(
      'select',
      ' ',
      ',',
      '(',
      ')',
      'from t',
      '$1',
      '::text',
      '"a"',
      '/* c */',
      '-- d\n',
      "''",
      '42',
    )
    const literal = secret.chain((word) =>
      fc.constantFrom(
        `'${word}'`,
        `e'${word}\\''`,
        `$$${word}$$`,
        `$t$${word}$t$`,
        `U&'${word}'`,
        `/*${word}*/`,
        `--${word}\n`,
        `'it''s ${word}'`,
      ),
    )
    const text = fc.array(fc.oneof(pieces, literal), { maxLength: 30 }).map((all) => all.join(' '))
    fc.assert(
      fc.property(text, (sql) => {
        expect(redactedStatement(sql)).not.toContain('s3cr')
      }),
      { numRuns: 2_000 },
    )
  })

  it('is bounded, and made in time whatever it is', () => {
    for (const text of [
      "('x'),".repeat(200_000),
      'a '.repeat(500_000),
      '('.repeat(500_000),
      '/*'.repeat(99_999),
      "'".repeat(99_999),
    ]) {
      const began = performance.now()
      expect(redactedStatement(text).length).toBeLessThan(4_100)
      expect(performance.now() - began).toBeLessThan(1_000)
    }
  })
})

describe('slow queries', () => {
  const at = new Date()

  it('are counted as one where only values differ', () => {
    const slow = new SlowQueries('vendas')
    slow.note("select * from t where a in (1, 2) and b = 'x'", 10, at)
    slow.note("SELECT *  FROM t WHERE a IN (1,2,3)\nAND b = 'y'", 30, at)
    slow.note('select * from t where a in ($1, $2) and b = $3', 20, at)
    slow.note('select * from "T" where a in ($1, $2) and b = $3', 1, at)
    expect(slow.list()).toMatchObject([
      { count: 3, totalTime: 60, avgTime: 20, maxTime: 30, module: 'vendas', lastSeen: at },
      { count: 1 },
    ])
  })

  it('are as many as there is room for, the worst of them', () => {
    const slow = new SlowQueries('vendas', 3)
    for (let query = 1; query <= 10; query += 1) slow.note(`select a${query}`, query, at)
    slow.note('select a1', 0.5, at)
    expect(slow.list().map(({ statement }) => statement)).toEqual([
      'select a10',
      'select a9',
      'select a1',
    ])
  })
})
