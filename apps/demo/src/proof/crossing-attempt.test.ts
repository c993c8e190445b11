import { expect, test } from 'vitest'
import { tryToCross } from './crossing-attempt.js'

const refuse = (codes: object) => async () => {
  throw Object.assign(new Error('no'), codes)
}

test('a refusal with the expected code holds, and names its codes', async () => {
  const run = refuse({ code: 'PLT_PERMISSION_DENIED', sqlState: '42501' })
  expect(await tryToCross({ what: 'read', refusedWith: ['42501'], run })).toEqual({
    what: 'read',
    held: true,
    answer: 'PLT_PERMISSION_DENIED · 42501',
  })
})

test('any other error does not hold: a typing error in the attempt proves nothing', async () => {
  const run = refuse({ code: 'PLT_TABLE_NOT_FOUND', sqlState: '42P01' })
  expect((await tryToCross({ what: 'read', refusedWith: ['42501'], run })).held).toBe(false)
})

test('finding nothing holds where that is the way to be stopped, and only there', async () => {
  const run = async () => 0
  expect((await tryToCross({ what: 'read', refusedWith: [], run })).held).toBe(true)
  expect((await tryToCross({ what: 'read', refusedWith: ['42501'], run })).held).toBe(false)
})

test('a row of others does not hold', async () => {
  const outcome = await tryToCross({ what: 'read', refusedWith: [], run: async () => 2 })
  expect(outcome).toEqual({ what: 'read', held: false, answer: '2 rows of others' })
})
