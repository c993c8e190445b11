import { expect, it } from 'vitest'
import { compareNames, haveSameNumber, isMigrationName, migrationNumber } from './migration-name.js'

it('orders by number, however many digits it has, then by name', () => {
  const names = ['20240101120000_z', '10_b', '002_c', '2_a', '1_z', '99999999999999999999_y']
  expect(names.sort(compareNames)).toEqual([
    '1_z',
    '002_c',
    '2_a',
    '10_b',
    '20240101120000_z',
    '99999999999999999999_y',
  ])
})

it('takes a number for the same with and without leading zeros', () => {
  expect(migrationNumber('007_a')).toBe(migrationNumber('7_b'))
  expect(migrationNumber('000_a')).toBe('0')
})

it.each([
  ['007_a', '007_b', true],
  ['007_a', '7_b', true],
  ['0012_a', '12_a_x', true],
  ['07_a', '70_a', false],
  ['1_a', '11_a', false],
])('%s and %s have the same number: %s', (a, b, isSame) => {
  expect(haveSameNumber(a, b)).toBe(isSame)
  expect(haveSameNumber(b, a)).toBe(isSame)
})

it.each([
  ['001_create_clientes', true],
  ['20240101-120000_x', false],
  ['1_Add-Índice', false],
  ['1_Add-Index', true],
  ['001', false],
  ['001_', false],
  ['create_001', false],
  ['001 a', false],
])('%s is a name: %s', (name, isName) => {
  expect(isMigrationName(name)).toBe(isName)
})
