import { expect, test } from 'vitest'
import { failureLine } from './failure/failure-line.js'
import { parseOptions } from './options.js'

test('without arguments the demo has 50 tenants and 20 seconds', () => {
  expect(parseOptions([])).toMatchObject({ tenants: 50, seconds: 20 })
})

test('arguments are read, npm’s separator included', () => {
  expect(parseOptions(['--', '--tenants', '3', '--seconds=5'])).toMatchObject({
    tenants: 3,
    seconds: 5,
  })
  expect(parseOptions(['--help'])).toBeUndefined()
})

test.each([
  ['--tenants', '1'],
  ['--seconds', 'ten'],
  ['--people', '0'],
  ['--colour', 'red'],
])('%s %s is refused in one line with a remedy', (...args) => {
  let line = ''
  try {
    parseOptions(args)
  } catch (error) {
    line = failureLine(error)
  }
  expect(line).toContain(args[0])
  expect(line).toContain(' — remedy: ')
  expect(line).not.toContain('\n')
})
