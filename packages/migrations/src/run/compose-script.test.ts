import { expect, it } from 'vitest'
import type { ScriptStatement } from '../script/migration-script.js'
import { type Composing, composeScript } from './compose-script.js'
import { firstCut } from './script-chunks.js'

const COMPOSING: Composing = {
  settings: [{ name: 'lock_timeout', value: '3000ms' }],
  identity: { sessionUser: 'admin', currentUser: 'owner' },
  isSealed: true,
  releaseStatement: () => undefined,
  cut: 'marked',
}

const statement = (text: string, tag = 'InsertStmt'): ScriptStatement => ({
  text,
  offset: 0,
  line: 1,
  tag,
  runsAs: 'owner',
  outside: undefined,
  mayCommit: false,
  runsFunctions: false,
  changes: [],
})

const inserts = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => statement(`INSERT INTO a VALUES (${n})`.padEnd(length)))

it('sends an ordinary migration in one text', () => {
  const { texts, mayForget } = composeScript(inserts(300, 500), COMPOSING)
  expect(texts).toHaveLength(1)
  expect(mayForget).toBe(false)
})

it.each([
  ['many statements', inserts(4_000, 500)],
  ['long statements', inserts(20, 2_000_000)],
  [
    'one that takes marks away',
    [...inserts(2, 20), statement('DEALLOCATE ALL'), ...inserts(2, 20)],
  ],
  [
    'one that takes marks away at its ends',
    [statement('DISCARD PLANS'), statement('DEALLOCATE a')],
  ],
  ['code', [statement('DO $$ $plataforma$ $$', 'DoStmt'), ...inserts(1, 20)]],
])('cuts %s so that each text tells how far it has come', (_, statements) => {
  const { texts } = composeScript(statements, COMPOSING)
  expect(texts.flatMap((one) => one.statements)).toEqual(statements)
  for (const { text, statements, offsets, isMarked } of texts) {
    expect(isMarked || statements.length <= 1).toBe(true)
    if (offsets.length > 1) expect(text.length * offsets.length).toBeLessThan(110_000_000)
    for (const [n, at] of offsets.entries()) {
      const written = statements[n]?.text ?? ''
      expect(text.slice(at, at + written.length)).toBe(written)
    }
  }
  expect(texts[0]?.text).toMatch(/^BEGIN;/)
  expect(texts.at(-1)?.text).toContain('RESET ROLE')
  expect(texts.map(({ text }) => text.match(/^BEGIN;|RESET ROLE/g)?.length ?? 0)).toSatisfy(
    (found: readonly number[]) => found.reduce((sum, n) => sum + n, 0) === 2,
  )
})

it('has code run where no role can be changed, in a text that cannot end its quotes', () => {
  const { texts } = composeScript(
    [statement("DO '$plataforma$ $plataforma1$'", 'DoStmt')],
    COMPOSING,
  )
  expect(texts[0]?.text).toContain("($plataforma2$DO '$plataforma$ $plataforma1$'\n$plataforma2$);")
})

it('sends a big migration in one text at first, and a small one with marks', () => {
  expect(firstCut(inserts(300, 500))).toBe('marked')
  const statements = inserts(4_000, 500)
  expect(firstCut(statements)).toBe('whole')
  const { texts } = composeScript(statements, { ...COMPOSING, cut: 'whole' })
  expect(texts).toHaveLength(1)
  expect(texts[0]?.text).not.toContain('PREPARE')
})
