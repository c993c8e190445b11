import { describe, expect, it } from 'vitest'
import type { DatabasePlugin } from './plugin.js'
import { orderPlugins } from './plugin-order.js'

function plugin(name: string, ...after: string[]): DatabasePlugin {
  return { name, after, setup: async () => ({}) }
}

function namesOf(plugins: readonly DatabasePlugin[]): string[] {
  return orderPlugins(plugins).map(({ name }) => name)
}

describe('the order of plugins', () => {
  it('is as listed where nothing else is said', () => {
    expect(namesOf([plugin('b'), plugin('a'), plugin('c')])).toEqual(['b', 'a', 'c'])
  })

  it('puts a plugin after those it names, also when they are listed later', () => {
    expect(namesOf([plugin('cache', 'pool'), plugin('audit', 'cache'), plugin('pool')])).toEqual([
      'pool',
      'cache',
      'audit',
    ])
  })

  it('ignores an `after` that is not composed', () => {
    expect(namesOf([plugin('cache', 'pool')])).toEqual(['cache'])
  })

  it.each([
    ['a cycle', [plugin('a', 'b'), plugin('b', 'c'), plugin('c', 'a')], 'a → b → c → a'],
    ['itself', [plugin('a', 'a')], 'a → a'],
    ['a duplicate', [plugin('a'), plugin('a')], 'listed twice'],
    ['a bad name', [plugin('My Plugin')], 'no plugin name'],
  ])('refuses %s', (_, plugins, message) => {
    expect(() => orderPlugins(plugins)).toThrow(message)
    expect(() => orderPlugins(plugins)).toThrow(
      expect.objectContaining({ code: 'PLT_PLUGIN_INVALID' }),
    )
  })

  it('refuses the name of a member of the database', () => {
    expect(() => orderPlugins([plugin('close')], new Set(['close']))).toThrow('member')
  })
})
