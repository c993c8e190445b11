import { PlataformaError } from '@plataforma/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumOf, normalisedText } from '../source/normalised-text.js'
import type { MigrationMetadata } from './migration-metadata.js'
import { parseMetadata } from './parse-metadata.js'
import { readMetadata } from './read-metadata.js'

/** Another seed finds other texts; this one finds the same on every machine. */
const RUNS = { seed: Number(process.env.PLATAFORMA_TEST_SEED ?? 4), numRuns: 1_000 }

const KEYS = [
  'version',
  'dependencies',
  'transaction',
  'irreversible',
  'lockTimeout',
  'statementTimeout',
  'repeatable',
  'rls',
  'pg',
]

const NAMES = fc.oneof(
  fc.constantFrom(
    ...KEYS,
    ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', ''],
  ),
  fc.string({ unit: 'binary' }),
)

/** Values of every kind, with those that are nearly right. */
const VALUES = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.constantFrom<unknown>(
    ...[
      '1.0.0',
      '1.2',
      '01.0.0',
      '1.0.0-alpha.1',
      '5s',
      '0ms',
      '-5s',
      '1e3ms',
      '99999999999999h',
      '',
    ],
    ...[
      'auth',
      'auth@',
      'auth@>=1',
      'auth:001_a',
      '__proto__',
      'constructor@>=1',
      '>=16',
      '>= 16 <18',
    ],
    ...[0, -0, 1, 1e21, 2 ** 31, 2 ** 53, 1e308, -1, 0.5, true, false, null],
    ...[[], {}, [[]], ['auth'], ['auth', 5], ['toString'], { length: 1 }, { toString: 'x' }],
  ),
)

const OBJECTS = fc.array(fc.tuple(NAMES, VALUES), { maxLength: 6 })

const write = (members: readonly (readonly [string, unknown])[]) =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(', ')}}`

const parse = (text: string) =>
  parseMetadata({ module: 'vendas', name: '001_a', place: 'migrations/vendas/001_a.sql', text })

/** What a text says, or its refusal; anything else is thrown. */
function outcome(work: () => MigrationMetadata): MigrationMetadata | PlataformaError {
  try {
    return work()
  } catch (error) {
    if (error instanceof PlataformaError) return error
    throw error
  }
}

function expectSound(found: MigrationMetadata | PlataformaError, text: string): void {
  if (!(found instanceof PlataformaError)) {
    const { version, dependencies, transaction, lockTimeoutMs, statementTimeoutMs, pg } = found
    for (const one of [version, pg]) expect(['string', 'undefined']).toContain(typeof one)
    expect(['boolean', 'undefined']).toContain(typeof transaction)
    for (const flag of [found.irreversible, found.repeatable, found.rls]) {
      expect(typeof flag).toBe('boolean')
    }
    for (const ms of [lockTimeoutMs, statementTimeoutMs]) {
      expect(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31)).toBe(true)
    }
    for (const { module } of dependencies) expect(module).toMatch(/^[a-z][a-z0-9_]*$/)
    return
  }
  expect(found).toMatchObject({ code: 'PLT_MIGRATION_INVALID', module: 'vendas' })
  expect(found.remedy).not.toBe('')
  const { line, column } = found.details as { readonly line: number; readonly column: number }
  const lines = text.split('\n')
  expect(line).toBeLessThanOrEqual(lines.length)
  expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
  expect(found.message).toMatch(/\^$/)
  expect(found.message.length).toBeLessThan(2_000)
  expect(found.message).not.toMatch(/call stack|undefined/)
}

describe('whatever metadata say, they are read or refused at their place:', () => {
  it('every key with every value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), VALUES, (key, value) => {
        const text = `-- @metadata ${write([[key, value]])}\nSELECT 1;`
        const found = outcome(() => parse(text))
        expectSound(found, text)
        if (found instanceof PlataformaError && !Array.isArray(value)) {
          expect(found.details).toMatchObject({ line: 1, column: 15 })
        }
      }),
      RUNS,
    )
  })

  it('objects of any names, also those that every object has', () => {
    fc.assert(
      fc.property(OBJECTS, (members) => {
        const text = `-- @metadata ${write(members)}`
        const found = outcome(() => parse(text))
        expectSound(found, text)
        const names = members.map(([name]) => name)
        const isTwice = new Set(names).size < names.length
        const isUnknown = names.some((name) => !KEYS.includes(name))
        expect(found instanceof PlataformaError || !(isTwice || isUnknown)).toBe(true)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      RUNS,
    )
  })

  it('texts that somebody has mistyped', () => {
    const header =
      '-- @metadata {"version": "1.2.0", "dependencies": ["auth@>=1.0.0"], "rls": false}'
    const slips = fc.array(
      fc.tuple(
        fc.nat(header.length),
        fc.nat(3),
        fc.oneof(
          fc.constantFrom(
            '',
            '"',
            '{',
            '}',
            '[',
            ',',
            '\\',
            '\n',
            '\r',
            '\t',
            '\0',
            "'",
            '--',
            '/*',
          ),
          fc.constantFrom(
            '\uFEFF',
            '\u2028',
            '\u00A0',
            '\u200B',
            '\uD800',
            '😀',
            '\\u0000',
            '1e999',
          ),
          fc.string({ unit: 'binary', maxLength: 3 }),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(slips, (made) => {
        const text = made.reduce(
          (before, [at, taken, put]) => before.slice(0, at) + put + before.slice(at + taken),
          `${header}\nSELECT 1;`,
        )
        expectSound(
          outcome(() => parse(text)),
          text,
        )
      }),
      { ...RUNS, numRuns: 5_000 },
    )
  })

  it('what programs export', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...KEYS), fc.anything())),
        (value) => {
          const text = 'export const metadata = {}'
          const placeOf = () => ({ file: '001_a.ts', text, offset: 13 })
          const found = outcome(() =>
            readMetadata({ module: 'vendas', name: '001_a', value, placeOf }),
          )
          if (found instanceof PlataformaError) expect(found.code).toBe('PLT_MIGRATION_INVALID')
        },
      ),
      RUNS,
    )
  })
})

it('reads the same whatever has written it: blanks, escapes, marks and ends of lines', () => {
  const escaped = (text: string) =>
    text.replace(/[a-z]/g, (letter, at) =>
      at % 3 === 0 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
    )
  const metadata = fc.record(
    {
      version: fc.constantFrom('1.0.0', '2.10.3'),
      dependencies: fc.subarray(['auth', 'core@>=1.0.0', 'auth:003_x']),
      transaction: fc.boolean(),
      lockTimeout: fc.constantFrom(500, '5s', '2min'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(metadata, fc.constantFrom('', ' ', '\t', '  '), (value, blank) => {
      const json = JSON.stringify(value)
      const spaced = json.replace(/([{}[\],:])(?=["{}[\]]|$)/g, `$1${blank}`)
      const expected = parse(`-- @metadata ${json}`)
      const strange = json.replace(/"([^"]*)"/g, (_, text: string) => `"${escaped(text)}"`)
      for (const line of [json, spaced, strange]) {
        const text = `-- @metadata ${line}${blank}\nSELECT 1;\n-- @down\nSELECT 2;\n`
        expect(parse(text)).toEqual(expected)
        for (const end of ['\r\n', '\r']) {
          for (const mark of ['', '\uFEFF']) {
            const read = normalisedText(mark + text.replaceAll('\n', end))
            expect(checksumOf(read)).toBe(checksumOf(text))
          }
        }
      }
    }),
    { ...RUNS, numRuns: 200 },
  )
})

it.each([
  ['a list', (deep: string) => `{"version": ${deep}}`],
  ['a list beside a key that stands twice', (deep: string) => `{"a": ${deep}, "rls": 1, "rls": 2}`],
  ['a list that does not end', (deep: string) => `{"version": ${deep.slice(0, -1)}}`],
])('refuses %s nested a hundred thousand times', (_, textOf) => {
  const text = `-- @metadata ${textOf('['.repeat(100_000) + ']'.repeat(100_000))}`
  expectSound(
    outcome(() => parse(text)),
    text,
  )
})

it.each([
  ['--- @metadata {"version": "1.0.0"}', 1],
  ['/* @metadata {"version": "1.0.0"} */', 1],
  ['--\u00A0@metadata {"version": "1.0.0"}', 1],
  ['\u200B-- @metadata {"version": "1.0.0"}', 1],
  ['-- @metadata\u00A0{"version": "1.0.0"}', 13],
  ['-- metadata {"version": "1.0.0"}', 1],
  ['-- @metadata {"vers\\u0069on": "1.0.0", "version": "2.0.0"}', 40],
])('leaves nobody to think that %s was read', (text, column) => {
  const found = outcome(() => parse(`${text}\nSELECT 1;`))
  expectSound(found, text)
  expect(found).toMatchObject({ code: 'PLT_MIGRATION_INVALID', details: { line: 1, column } })
})

it.each([
  '-- about metadata {and braces}',
  '-- see @metadata of the README',
  'SELECT 1; -- @metadata {}',
  "SELECT '@metadata {}'",
  '/* what @metadata {} is */ SELECT 1;',
])('takes %s for no metadata', (text) => {
  expect(parse(text)).toEqual(parse(''))
})
