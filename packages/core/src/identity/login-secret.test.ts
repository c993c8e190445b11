import { expect, it } from 'vitest'
import { DEVELOPMENT_SECRET, LoginSecret } from './login-secret.js'
import { RoleNames } from './role-names.js'

it('derives the same from the same secret and something else for every purpose', () => {
  const secret = new LoginSecret('one')
  const again = new LoginSecret('one')
  const other = new LoginSecret('two')
  expect(secret.keyId).toMatch(/^[0-9a-f]{6}$/)
  expect(again.keyId).toBe(secret.keyId)
  expect(again.password('a')).toBe(secret.password('a'))
  const all = [
    secret.password('a'),
    secret.password('b'),
    other.password('a'),
    secret.contextKey(RoleNames.of('a')).export().toString('base64url'),
    secret.contextKey(RoleNames.of('b')).export().toString('base64url'),
    other.contextKey(RoleNames.of('a')).export().toString('base64url'),
  ]
  expect(new Set(all).size).toBe(all.length)
  expect(other.keyId).not.toBe(secret.keyId)
  expect(secret.contextKey(RoleNames.of('a')).symmetricKeySize).toBe(32)
})

it('knows the development secret, refuses an empty one and shows none', () => {
  expect(new LoginSecret(DEVELOPMENT_SECRET).isDevelopment).toBe(true)
  expect(() => new LoginSecret('')).toThrow(expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }))
  expect(JSON.stringify(new LoginSecret('hush hush'))).not.toContain('hush')
})
