import { expect, it } from 'vitest'
import { suggestion } from './suggestion.js'

it.each([
  ['dependecies', ' Did you mean "dependencies"?'],
  ['Vendas', ' Did you mean "vendas"?'],
  ['estoque', ''],
  ['b', ''],
])('for %s it is %j', (name, suggested) => {
  expect(suggestion(name, ['vendas', 'dependencies', 'a'])).toBe(suggested)
})

it('is nothing where nothing is known', () => {
  expect(suggestion('vendas', [])).toBe('')
})
