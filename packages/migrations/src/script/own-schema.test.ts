import { expect, it } from 'vitest'
import { parseScript } from './parse-script.js'

const parse = (text: string, ownSchema?: string) =>
  parseScript(
    { module: 'vendas', name: '001_a', place: 'migrations/vendas/001_a.sql', text },
    { ownSchema },
  )

const OWN = [
  'DROP SCHEMA module_vendas',
  'DROP SCHEMA IF EXISTS outro, module_vendas CASCADE',
  'ALTER SCHEMA module_vendas RENAME TO outro',
  'ALTER SCHEMA "module_vendas" OWNER TO CURRENT_USER',
  'CREATE SCHEMA module_vendas',
  'CREATE SCHEMA IF NOT EXISTS module_vendas',
  'CREATE SCHEMA module_vendas CREATE TABLE a ()',
  'DROP OWNED BY CURRENT_USER CASCADE',
  'REASSIGN OWNED BY CURRENT_USER TO outro',
]

it.each(OWN)('refuses it for the schema that a module is: %s', async (statement) => {
  for (const text of [`SELECT 1;\n  ${statement};`, `-- @down\n  ${statement};`]) {
    await expect(parse(text, 'module_vendas')).rejects.toMatchObject({
      code: 'PLT_MIGRATION_INVALID',
      message: expect.stringMatching(/^A migration cannot .*"module_vendas".*\^$/s),
      remedy: expect.any(String),
      details: { line: 2, column: 3 },
    })
  }
})

it.each(OWN)('takes it where nobody else keeps the schema: %s', async (text) => {
  expect((await parse(text)).up).toHaveLength(1)
})

it.each([
  'DROP SCHEMA outro',
  'CREATE SCHEMA outro',
  'ALTER SCHEMA outro RENAME TO module_vendas_2',
  "COMMENT ON SCHEMA module_vendas IS 'vendas'",
  'DROP TABLE module_vendas',
  'ALTER TABLE module_vendas RENAME TO outro',
  'ALTER TABLE module_vendas OWNER TO outro',
])('leaves others to the server: %s', async (text) => {
  expect((await parse(text, 'module_vendas')).up).toHaveLength(1)
})
