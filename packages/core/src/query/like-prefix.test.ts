import fc from 'fast-check'
import { expect, test } from 'vitest'
import { prefixRange } from './like-prefix.js'

const bytes = (text: string): Buffer => Buffer.from(text)
const text = fc.string({ unit: 'binary', maxLength: 6 })

test.each([
  ['abc%', { low: 'abc', high: 'abd' }],
  ['abc', { low: 'abc', high: 'abd' }],
  ['a_c%', { low: 'a', high: 'b' }],
  ['%abc', undefined],
  ['_', undefined],
  ['', undefined],
  ['a\\%b%', { low: 'a%b', high: 'a%c' }],
  ['a\\', { low: 'a', high: 'b' }],
  ['\\\\x%', { low: '\\x', high: '\\y' }],
  ['\ud7ff%', { low: '\ud7ff', high: '\ue000' }],
  ['\uffff%', { low: '\uffff', high: '\u{10000}' }],
  ['a\u{10ffff}%', { low: 'a\u{10ffff}', high: 'b' }],
  ['\u{10ffff}%', { low: '\u{10ffff}', high: undefined }],
])('%j lies in %j', (pattern, range) => expect(prefixRange(pattern)).toEqual(range))

test.each(['a', '\u{1f600}', 'a\u{1f600}'])(
  'a very long beginning lies in a range: %s…',
  (part) => {
    const beginning = part.repeat(300_000)
    const { low = '', high = '' } = prefixRange(`${beginning}%`) ?? {}
    expect(low.isWellFormed() && beginning.startsWith(low)).toBe(true)
    expect(Buffer.compare(bytes(low), bytes(beginning))).toBe(-1)
    expect(Buffer.compare(bytes(beginning), bytes(high))).toBe(-1)
  },
)

test('text is in the range exactly when it has the prefix', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      text,
      (prefix, other) => {
        const range = prefixRange(`${prefix.replace(/[\\%_]/g, '\\$&')}%`)
        for (const candidate of [other, prefix + other, prefix, prefix.slice(0, -1) + other]) {
          if (!candidate.isWellFormed()) continue
          const low = Buffer.compare(bytes(candidate), bytes(range?.low ?? '')) >= 0
          const high =
            range?.high === undefined || Buffer.compare(bytes(candidate), bytes(range.high)) < 0
          expect(low && high).toBe(candidate.startsWith(prefix))
        }
      },
    ),
  )
})
