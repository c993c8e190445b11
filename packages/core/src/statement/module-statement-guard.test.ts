import { expect, test } from 'vitest'
import { PlataformaError } from '../error/plataforma-error.js'
import { assertModuleStatement } from './module-statement-guard.js'

function refusal(sql: string): PlataformaError {
  try {
    assertModuleStatement(sql, 'vendas')
  } catch (error) {
    if (error instanceof PlataformaError) return error
  }
  throw new Error(`was let through: ${sql}`)
}

test.each([
  'select 1',
  'with a as (select 1) select * from a',
  'insert into t values (1)',
  'update t set a = 1',
  'delete from t',
  'merge into t using s on true when matched then do nothing',
  'VALUES (1)',
  '/* note */ (select 1)',
])('lets %s through', (sql) => {
  expect(() => assertModuleStatement(sql, 'vendas')).not.toThrow()
})

test.each([
  ['create table t (a int)', 'asOwner'],
  ['drop table t', 'migration'],
  ['do $$ begin end $$', 'admin.script'],
  ['/* /* */ SELECT */ DO $$ begin end $$', 'admin.script'],
  ['call p()', 'asOwner'],
  ['set role other', 'admin.script'],
  ['reset all', 'admin.script'],
  ['prepare s as select 1', 'prepared'],
  ['execute s', 'prepared'],
  ['copy t from stdin', 'insert'],
  ['explain select 1', 'asSystem'],
  ['listen a', 'admin.script'],
  ['begin', 'transaction'],
  ['commit', 'transaction'],
  ['table t', 'select'],
  ['discard all', 'admin.script'],
  ['deallocate all', 'admin.script'],
  ['lock table t', 'admin.script'],
  ['constructor', 'admin.script'],
  ['', 'admin.script'],
  ['; select 1', 'admin.script'],
])('refuses %s and says what to do', (sql, remedy) => {
  const error = refusal(sql)
  expect(error.code).toBe('PLT_STATEMENT_NOT_ALLOWED')
  expect(error.module).toBe('vendas')
  expect(error.remedy).toContain(remedy)
})
