import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUTHORS_CODE } from './authors-code.js'
import { refusalOf } from './session-attack.js'
import { SESSION_STATE_ATTACKS } from './session-state-attacks.js'
import { A, GRADES, type Setting } from './setting.js'
import { SETTING_ATTACKS } from './setting-attacks.js'
import { twoTenants } from './two-tenants.js'
import { expectUnharmed, FIRST_STATEMENTS, type FirstStatement, standing } from './victim.js'

const firsts = Object.keys(FIRST_STATEMENTS) as FirstStatement[]

describe.each(GRADES)('what an attacker leaves on a session, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade)
    await setting.asAuthor(AUTHORS_CODE)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  describe.each([...SETTING_ATTACKS, ...SESSION_STATE_ATTACKS])('$name', ({ run, refused }) => {
    it.each(firsts)('does not reach the next borrower, which %s', async (first) => {
      const before = await standing(setting)
      const expected = typeof refused === 'object' ? refused[grade] : refused
      expect(await refusalOf(() => setting.as(A, () => run(setting)))).toBe(expected)
      await expectUnharmed(setting, { first, before })
    })
  })
})
