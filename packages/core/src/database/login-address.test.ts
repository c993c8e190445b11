import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { changedAddress } from './login-address.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

const login = { user: 'loja_log', password: 'p@ss+w/rd %41' }

const clientOf = (address: string, ssl?: boolean) =>
  new pg.Client({ connectionString: address, ssl }) as pg.Client & { readonly ssl: unknown }

describe('the address of another login', () => {
  it.each([
    ['postgresql://admin:secret@db:6432/loja', 'db'],
    ['postgresql://db:6432/loja?user=admin&password=secret', 'db'],
    ['postgresql://other@db:6432/loja?user=admin&password=secret', 'db'],
    ['postgresql://%2Fvar%2Frun%2Fpostgresql:6432/loja?user=admin', '/var/run/postgresql'],
    ['postgresql:///loja?host=/var/run/postgresql&port=6432&user=admin', '/var/run/postgresql'],
    ['postgresql://admin@/loja?host=/var/run/postgresql&port=6432', '/var/run/postgresql'],
  ])('leaves nothing of the login in %s', (address, host) => {
    const { connectionString } = changedAddress(address, { login })
    expect(clientOf(connectionString)).toMatchObject({
      ...login,
      host,
      port: 6432,
      database: 'loja',
    })
    expect(connectionString).not.toContain('admin')
    expect(connectionString).not.toContain('secret')
  })

  it('has the host of the environment where the address has none', () => {
    vi.stubEnv('PGHOST', '/var/run/postgresql')
    const { connectionString } = changedAddress('postgresql://admin@/loja', { login })
    expect(clientOf(connectionString)).toMatchObject({ ...login, host: '/var/run/postgresql' })
  })
})

describe('an address beside a configuration', () => {
  it.each([
    'sslmode=disable',
    'sslmode=no-verify',
    'ssl=false',
    'ssl=0',
    'uselibpqcompat=true&sslmode=require',
  ])('cannot weaken TLS by %s', (parameters) => {
    const address = `postgresql://db/loja?${parameters}`
    const { connectionString } = changedAddress(address, { tls: true })
    expect(clientOf(connectionString, true).ssl).toBe(true)
  })

  it('switches TLS on by itself', () => {
    const { connectionString } = changedAddress('postgresql://db/loja?sslmode=verify-full', {})
    expect(clientOf(connectionString, false).ssl).toEqual({})
  })

  it('gives its start-up options away', () => {
    const address = 'postgresql://db/loja?options=endpoint%3Da%20-c%20work_mem%3D8MB'
    const { connectionString, startupOptions } = changedAddress(address, {})
    expect(startupOptions).toBe('endpoint=a -c work_mem=8MB')
    expect(connectionString).toBe('postgresql://db/loja')
  })
})
