import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { higherVersion, isInRange, isRange, semanticVersion } from './version-range.js'

it('compares versions as numbers', () => {
  expect(higherVersion('1.9.0', '1.10.0')).toBe('1.10.0')
  expect(higherVersion('2.0.0', '2.0.0-rc.1')).toBe('2.0.0')
  expect(higherVersion(undefined, '1.0.0')).toBe('1.0.0')
  expect(higherVersion('1.0.0', undefined)).toBe('1.0.0')
})

it('knows versions and ranges', () => {
  expect(semanticVersion('v1.2.3')).toBe('1.2.3')
  expect(semanticVersion('1.2')).toBeUndefined()
  expect(isRange('>=1.2 <2')).toBe(true)
  expect(isRange('newest')).toBe(false)
  expect(isInRange('1.2.3', '^1.2.0')).toBe(true)
})

it('loads semver only when it is used', () => {
  const file = fileURLToPath(new URL('./version-range.ts', import.meta.url))
  const script = `
    const { createRequire } = await import('node:module')
    const { higherVersion } = await import(process.argv[1])
    const loaded = () => Object.keys(createRequire(process.argv[1]).cache).some((f) => f.includes('semver'))
    const before = loaded()
    higherVersion('1.0.0', '2.0.0')
    console.log(JSON.stringify([before, loaded()]))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, file])
  expect(JSON.parse(output.toString())).toEqual([false, true])
})
