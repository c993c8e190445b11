import { expect, it } from 'vitest'
import type { SystemConfig } from '../../config/system-config.js'
import { configurationFindings } from './configuration-findings.js'

const server = { version: '18.4', versionNum: 180_004, database: 'loja', user: 'admin' }

function found(config: SystemConfig, { encrypted = false } = {}) {
  const connectionString = 'postgres://admin@db.example/loja'
  const findings = configurationFindings({ connectionString, ...config }, { ...server, encrypted })
  return findings.map(({ id, grade }) => [id, grade])
}

it('tells where production is weaker than it should be', () => {
  expect(found({}, { encrypted: true })).toEqual([['mode', 'ok']])
  expect(found({ tenantContext: 'optional' })).toEqual([
    ['encryption', 'warning'],
    ['tenant-context', 'warning'],
  ])
})

it('asks for no encryption on the same machine', () => {
  for (const address of ['127.0.0.1', 'localhost', '[::1]', '%2Frun%2Fpostgresql']) {
    expect(found({ connectionString: `postgres://admin@${address}/loja` })).toEqual([
      ['mode', 'ok'],
    ])
  }
})

it('tells development mode and misspelt keys', () => {
  const config = { mode: 'development', poolconfig: {} } as SystemConfig
  expect(found(config)).toEqual([
    ['configuration-key', 'warning'],
    ['mode', 'info'],
  ])
})
