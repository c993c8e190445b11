import { expect, it } from 'vitest'
import { versionFindings } from './version-findings.js'

it.each([
  ['13.20', 'error', '15 or later'],
  ['15.13', 'error', '15.18'],
  ['15.17', 'warning', '15.18'],
  ['15.18', 'ok', undefined],
  ['16.9', 'error', '16.14'],
  ['16.14', 'ok', undefined],
  ['17.5', 'error', '17.10'],
  ['17.12', 'ok', undefined],
  ['18.0', 'warning', '18.4'],
  ['18.4', 'ok', undefined],
  ['19.0', 'warning', undefined],
])('PostgreSQL %s is %s', (version, grade, remedy) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const server = {
    version,
    versionNum: major * 10_000 + minor,
    database: 'loja',
    user: 'admin',
    encrypted: false,
  }
  expect(versionFindings(server)).toEqual([
    {
      id: 'server-version',
      grade,
      message: expect.stringContaining(version),
      ...(remedy && { remedy: expect.stringContaining(remedy) }),
    },
  ])
})
