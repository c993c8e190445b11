import type { PlataformaError } from '@plataforma/core'
import { expect, it } from 'vitest'
import { parseMetadata } from './parse-metadata.js'

const parse = (text: string) =>
  parseMetadata({ module: 'vendas', name: '001_a', place: 'migrations/vendas/001_a.sql', text })

/** The error of a text: its message, which ends with the line and the caret, and its place. */
function refusal(text: string) {
  try {
    parse(text)
  } catch (error) {
    const { code, message, remedy, details } = error as PlataformaError
    return { code, message, remedy, line: details?.line, column: details?.column }
  }
  throw new Error('not refused')
}

it('reads every key', () => {
  const metadata = {
    version: '1.2.0',
    dependencies: ['auth', 'auth@>=1.2.0 <2', 'auth:003_add_x'],
    transaction: false,
    irreversible: true,
    lockTimeout: '500ms',
    statementTimeout: 60_000,
    repeatable: true,
    rls: false,
    pg: '>=16',
  }
  expect(parse(`-- @metadata ${JSON.stringify(metadata)}\nselect 1;`)).toEqual({
    version: '1.2.0',
    dependencies: [
      { text: 'auth', module: 'auth', range: undefined, name: undefined },
      { text: 'auth@>=1.2.0 <2', module: 'auth', range: '>=1.2.0 <2', name: undefined },
      { text: 'auth:003_add_x', module: 'auth', range: undefined, name: '003_add_x' },
    ],
    transaction: false,
    irreversible: true,
    lockTimeoutMs: 500,
    statementTimeoutMs: 60_000,
    repeatable: true,
    rls: false,
    pg: '>=16',
  })
})

it('needs no header', () => {
  expect(parse('select 1;')).toEqual(parse('-- @metadata {}\n'))
  expect(parse('')).toMatchObject({ version: undefined, dependencies: [], rls: true })
  expect(parse('-- a comment\n\n-- @down\n')).toMatchObject({ irreversible: false })
})

it.each([
  ['"5s"', 5_000],
  ['"2min"', 120_000],
  ['"1 h"', 3_600_000],
  ['250', 250],
])('reads the timeout %s', (text, ms) => {
  expect(parse(`-- @metadata {"statementTimeout": ${text}}`).statementTimeoutMs).toBe(ms)
})

it('points at what is no JSON', () => {
  expect(refusal(`-- @metadata {"version": '1.0.0'}\nselect 1;`)).toEqual({
    code: 'PLT_MIGRATION_INVALID',
    message: [
      "The metadata are no JSON: Unexpected character ''' found.",
      'migrations/vendas/001_a.sql:1:26',
      `1 | -- @metadata {"version": '1.0.0'}`,
      '  |                          ^',
    ].join('\n'),
    remedy:
      'Write one object on the one line, with names and texts in double quotes and no comma after the last member.',
    line: 1,
    column: 26,
  })
})

it.each([
  ['nothing', '-- @metadata', 13],
  ['an object on several lines', '-- @metadata {\n--   "version": "1.0.0"\n-- }', 14],
  ['a comma too many', '-- @metadata {"version": "1.0.0",}', 34],
  ['a name without quotes', '-- @metadata {version: "1.0.0"}', 15],
])('points at %s', (_, text, column) => {
  expect(refusal(text)).toMatchObject({ line: 1, column })
})

it.each([
  ['{"dependencies": [}', 'Unexpected }.'],
  ['{"version": "1.0.0" "rls": true}', 'Unexpected "rls".'],
  ['{"version": ', 'Unexpected end of input found.'],
])('says what is wrong with %s', (json, problem) => {
  const [line] = refusal(`-- @metadata ${json}`).message.split('\n')
  expect(line).toBe(`The metadata are no JSON: ${problem}`)
})

it('refuses a key that stands twice', () => {
  expect(
    refusal('-- @metadata {"version": "1.0.0", "rls": true, "version": "2.0.0"}'),
  ).toMatchObject({
    message: expect.stringContaining('"version" stands twice'),
    column: 48,
  })
  // The text of a version that cannot be is what is wrong here.
  expect(refusal(String.raw`-- @metadata {"rls": true, "version": "\"rls\":"}`)).toMatchObject({
    message: expect.stringContaining('"version" cannot be'),
  })
})

it('suggests the key that was meant', () => {
  expect(refusal('-- @metadata {"version": "1.0.0", "dependecies": []}')).toMatchObject({
    message: expect.stringContaining(
      '"dependecies" is no key of metadata. Did you mean "dependencies"?',
    ),
    remedy: expect.stringContaining('lockTimeout'),
    column: 35,
  })
})

it.each([
  ['"version": "1.0"', 'three numbers'],
  ['"version": 1', 'three numbers'],
  ['"dependencies": "auth"', 'a list of texts'],
  ['"dependencies": [1]', 'a list of texts'],
  ['"transaction": "false"', 'true or false'],
  ['"lockTimeout": 0', 'above zero'],
  ['"lockTimeout": "5 seconds"', '"5s"'],
  ['"statementTimeout": -1', '"5s"'],
  ['"statementTimeout": 1.5', '"5s"'],
  ['"statementTimeout": "99999h"', '"5s"'],
  ['"pg": 16', '">=16"'],
  ['"pg": "new"', '">=16"'],
  ['"rls": null', 'true or false'],
])('says what %s should be', (member, expected) => {
  expect(refusal(`-- @metadata {${member}}`)).toMatchObject({
    remedy: expect.stringContaining(expected),
    column: 15,
  })
})

it.each([
  ['auth@', '"" is no range'],
  ['auth@new', '"new" is no range'],
  ['auth:users', '"users" is no name of a migration'],
  ['Auth', '"Auth" is not a module name'],
  ['auth:001_a@1', '"001_a@1" is no name'],
  ['', '"" is not a module name'],
])('points at the dependency "%s"', (text, message) => {
  expect(refusal(`-- @metadata {"dependencies": ["core", "${text}"]}`)).toMatchObject({
    message: expect.stringContaining(message),
    column: 40,
  })
})

it.each(['[]', '"1.0.0"', 'null'])('refuses %s for an object', (json) => {
  expect(refusal(`-- @metadata ${json}`).message).toContain('Metadata are an object.')
})

it('finds a header that is not the first line, and one that is misspelled', () => {
  expect(refusal('-- Copyright\n\n  -- @metadata {}\nselect 1;')).toMatchObject({
    message: expect.stringContaining('below the first line'),
    line: 3,
  })
  expect(refusal('-- @metdata {"version": "1.0.0"}')).toMatchObject({
    message: expect.stringContaining('Did you mean "metadata"?'),
    column: 4,
  })
  expect(parse("select 1;\n-- @metadata {}\nselect '\n-- @metadata {}';")).toBeDefined()
})
