import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RoleNames } from './role-names.js'

const moduleName = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,39}$/)
  .filter((name) => !name.startsWith('pg_'))
const prefix = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/).filter((text) => text !== 'pg')
const keyId = fc.stringMatching(/^[0-9a-f]{6}$/)

function allOf(names: RoleNames, module: string, key: string): string[] {
  return [
    names.keyOwner,
    names.tenants,
    names.system,
    names.owner(module),
    names.runtime(module),
    names.moduleLogin(module, key),
    names.applicationLogin(key),
    names.systemLogin(key),
  ]
}

describe('RoleNames', () => {
  it('keeps every name within 63 bytes, the reserved pg_ aside', () => {
    fc.assert(
      fc.property(fc.string(), moduleName, keyId, (database, module, key) => {
        for (const name of allOf(RoleNames.of(database), module, key)) {
          expect(name).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
          expect(name).not.toMatch(/^pg_/)
        }
      }),
    )
  })

  it('never gives one name to two roles, whatever the prefixes and modules', () => {
    const role = fc.tuple(prefix, moduleName, keyId)
    fc.assert(
      fc.property(role, role, ([p1, m1, k1], [p2, m2, k2]) => {
        const one = allOf(RoleNames.of('a', p1), m1, k1)
        const two = allOf(RoleNames.of('a', p2), m2, k2)
        expect(new Set(one).size).toBe(one.length)
        for (const [i, name] of one.entries()) {
          const same = two.indexOf(name)
          if (same >= 0) expect([p1, same]).toEqual([p2, i])
        }
      }),
    )
  })

  it('differs for two databases whose names begin alike', () => {
    expect(RoleNames.of('plataforma_dev').prefix).toMatch(/^plata[0-9a-f]{6}$/)
    expect(RoleNames.of('plataforma_dev').prefix).not.toBe(RoleNames.of('plataforma_prod').prefix)
    expect(RoleNames.of('9lives').prefix).toMatch(/^d9liv/)
  })

  it('takes a configured prefix and refuses one that could meet other names', () => {
    expect(RoleNames.of('x', 'loja').owner('vendas')).toBe('loja_own_vendas')
    for (const bad of ['', 'pg', 'a_own', 'Loja', '1a', 'abcdefghijkl', "a'b"]) {
      expect(() => RoleNames.of('x', bad)).toThrow(
        expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }),
      )
    }
  })

  it('reads its own logins back and no others', () => {
    const names = RoleNames.of('x', 'loja')
    const read = (name: string) => names.readLogin(name)
    expect(read(names.moduleLogin('a_b', 'abc123'))).toEqual({
      keyId: 'abc123',
      identity: { kind: 'module', module: 'a_b' },
    })
    expect(read(names.applicationLogin('abc123'))?.identity).toEqual({ kind: 'application' })
    expect(read(names.systemLogin('abc123'))?.identity).toEqual({ kind: 'system' })
    for (const other of [names.owner('abc123'), names.system, 'loja_log_abc123', 'x_app_abc123']) {
      expect(read(other)).toBeUndefined()
    }
  })
})
