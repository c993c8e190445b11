import { Duplex } from 'node:stream'
import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { MessageWriter } from './message-writer.js'
import type { WireValue } from './prepare-value.js'

interface Reference {
  query(text: string): void
  parse(message: { name: string; text: string }): void
  bind(message: { portal: string; statement: string; values: readonly WireValue[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  close(message: { type: 'S' | 'P'; name: string }): void
  sync(): void
  sendCopyFail(message: string): void
}

/** The bytes that `pg` itself writes. */
function byPg(write: (reference: Reference) => void): string {
  const chunks: Buffer[] = []
  const stream = new Duplex({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
    read() {},
  })
  write(new pg.Connection({ stream } as never) as unknown as Reference)
  return Buffer.concat(chunks).toString('hex')
}

const name = fc.string({ unit: 'binary', maxLength: 63 }).map((text) => text.replaceAll('\0', ''))
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary', minLength: 1_000, maxLength: 5_000 }),
  )
  .map((each) => each.replaceAll('\0', ''))

describe('messages of the frontend', () => {
  const writer = new MessageWriter()
  const bytes = () => writer.take().toString('hex')

  it('are those that pg writes', () => {
    fc.assert(
      fc.property(name, name, text, fc.nat(), (portal, statement, sql, rows) => {
        writer.query(sql)
        writer.parse(statement, sql)
        writer.describePortal(portal)
        writer.execute(portal, rows)
        writer.close('statement', statement)
        writer.close('portal', portal)
        writer.sync()
        writer.copyFail(sql)
        expect(bytes()).toBe(
          byPg((pgWire) => {
            pgWire.query(sql)
            pgWire.parse({ name: statement, text: sql })
            pgWire.describe({ type: 'P', name: portal })
            pgWire.execute({ portal, rows })
            pgWire.close({ type: 'S', name: statement })
            pgWire.close({ type: 'P', name: portal })
            pgWire.sync()
            pgWire.sendCopyFail(sql)
          }),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('bind values as pg does, where one of them is binary', () => {
    const value = fc.oneof(text, fc.constant(null))
    const buffer = fc.uint8Array({ maxLength: 5_000 }).map((each) => Buffer.from(each))
    fc.assert(
      fc.property(name, name, fc.array(value), buffer, (portal, statement, values, binary) => {
        const all = [...values, binary]
        writer.bind(portal, statement, all)
        // `pg` asks for text columns by one code, here none means the same.
        const last = '00010000'
        expect(`${bytes().slice(0, -4)}${last}`.slice(10)).toBe(
          byPg((pgWire) => pgWire.bind({ portal, statement, values: all })).slice(10),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('bind texts alone without a format for each', () => {
    writer.bind('', 's', ['ação', null, ''])
    expect(bytes()).toBe(
      '420000001f007300' +
        '0000' +
        '0003' +
        '00000006' +
        Buffer.from('ação').toString('hex') +
        'ffffffff' +
        '00000000' +
        '0000',
    )
  })

  it('do not change when more is written, however much', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (texts) => {
        const fresh = new MessageWriter()
        const taken = texts.map((each) => {
          fresh.query(each.repeat(20))
          return fresh.take()
        })
        const expected = texts.map((each) => byPg((pgWire) => pgWire.query(each.repeat(20))))
        expect(taken.map((each) => each.toString('hex'))).toEqual(expected)
      }),
      { numRuns: 10 },
    )
  })

  it('are as if never written when they are discarded', () => {
    writer.parse('a', 'select 1')
    writer.discard()
    writer.sync()
    expect(bytes()).toBe('5300000004')
  })

  it('count up to 65,535 parameters', () => {
    writer.bind('', '', new Array<string>(65_535).fill('1'))
    expect(writer.take().readUInt16BE(9)).toBe(65_535)
  })
})
