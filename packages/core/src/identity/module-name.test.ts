import { expect, it } from 'vitest'
import { assertModuleName } from './module-name.js'

it.each(['v', 'vendas', 'vendas_2', 'a'.repeat(40), 'pg'])('accepts %s', (name) => {
  expect(() => assertModuleName(name)).not.toThrow()
})

it.each([
  '',
  'Vendas',
  '1a',
  '_a',
  'pg_vendas',
  'a'.repeat(41),
  'a-b',
  'a b',
  'ação',
  'a"; drop schema public; --',
  'a\n',
  undefined,
  null,
  7,
])('refuses %j', (name) => {
  expect(() => assertModuleName(name)).toThrow(
    expect.objectContaining({ code: 'PLT_MODULE_NAME_INVALID' }),
  )
})
