import { describe, expect, it } from 'vitest'
import { GRADES, startPlatform } from './platform.fixture.js'

const BASE = 'CREATE TABLE base (id int PRIMARY KEY);'

const THERE = `SELECT relname AS name FROM pg_class
  WHERE relnamespace = 'module_vendas'::regnamespace AND relname IN ('base', 'mais')`

describe.each(GRADES)('%s logins: the schema that a module is', (grade) => {
  it('is dropped by no migration, up or down', async () => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': BASE } })
    await platform.run()
    for (const text of [
      'SELECT 1;\nDROP SCHEMA module_vendas CASCADE;',
      '-- @down\nDROP SCHEMA module_vendas CASCADE;',
    ]) {
      await expect(platform.run({ '002_b.sql': text })).rejects.toMatchObject({
        code: 'PLT_MIGRATION_INVALID',
        message: expect.stringContaining('2 | DROP SCHEMA module_vendas CASCADE;\n  | ^'),
        remedy: expect.stringContaining('one by one'),
        details: { line: 2, column: 1 },
      })
    }
    await platform.run({ '002_b.sql': 'CREATE TABLE mais (id int);' })
    expect(await platform.truth(THERE)).toHaveLength(2)
  })

  it.each([
    ['dropped', "'DROP SCHEMA module_vendas CASCADE'"],
    ['dropped and made again', "'DROP SCHEMA module_vendas CASCADE; CREATE SCHEMA module_vendas'"],
    ['renamed', "'ALTER SCHEMA module_vendas RENAME TO outro'"],
  ])('stays where code has %s it', async (_, text) => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': BASE } })
    await platform.run()
    const file = `DO $$ BEGIN EXECUTE ${text}; END $$;`
    for (const head of ['', '-- @metadata {"transaction": false}\n']) {
      await expect(platform.run({ '002_b.sql': head + file })).rejects.toMatchObject({
        code: 'PLT_MIGRATION_FAILED',
      })
    }
    await platform.run({ '002_b.sql': 'CREATE TABLE mais (id int);' })
    expect(await platform.truth(THERE)).toHaveLength(2)
  })

  it('is dropped by no code', async () => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': BASE } })
    await platform.run()
    const file = `export const up = (db) => db.schema.dropSchema('module_vendas').cascade().execute()`
    await expect(platform.run({ '002_b.mjs': file })).rejects.toMatchObject({
      code: 'PLT_MIGRATION_FAILED',
      message: expect.stringContaining('cannot drop "module_vendas"'),
    })
    expect(await platform.truth(THERE)).toHaveLength(1)
  })
})
