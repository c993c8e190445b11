import type { WireValue } from './prepare-value.js'

const SLAB_BYTES = 64 * 1024
/** Up to here a string gets the room of its longest encoding, which spares measuring it first. */
const SHORT_TEXT = 1_024

const PARSE = 0x50
const BIND = 0x42
const DESCRIBE = 0x44
const EXECUTE = 0x45
const CLOSE = 0x43
const SYNC = 0x53
const QUERY = 0x51
const COPY_FAIL = 0x66

/**
 * Writes messages of the frontend one behind the other, so that a batch goes out in one write.
 * Their layout is PostgreSQL's "Message Formats", protocol 3.0.
 */
export class MessageWriter {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
  #start = 0
  #end = 0

  query(text: string): void {
    const message = this.#begin(QUERY)
    this.#text(text)
    this.#finish(message)
  }

  /** The types of its parameters are left to the server. */
  parse(name: string, text: string): void {
    const message = this.#begin(PARSE)
    this.#text(name)
    this.#text(text)
    this.#int16(0)
    this.#finish(message)
  }

  /** Buffers go as binary values, all others as text; every column comes back as text. */
  bind(portal: string, statement: string, values: readonly WireValue[]): void {
    const message = this.#begin(BIND)
    this.#text(portal)
    this.#text(statement)
    this.#formats(values)
    this.#int16(values.length)
    for (const value of values) this.#value(value)
    this.#int16(0)
    this.#finish(message)
  }

  describePortal(portal: string): void {
    const message = this.#begin(DESCRIBE)
    this.#byte(0x50)
    this.#text(portal)
    this.#finish(message)
  }

  /** At most so many rows, 0 for all. */
  execute(portal: string, rows: number): void {
    const message = this.#begin(EXECUTE)
    this.#text(portal)
    this.#int32(rows)
    this.#finish(message)
  }

  close(kind: 'statement' | 'portal', name: string): void {
    const message = this.#begin(CLOSE)
    this.#byte(kind === 'statement' ? 0x53 : 0x50)
    this.#text(name)
    this.#finish(message)
  }

  copyFail(reason: string): void {
    const message = this.#begin(COPY_FAIL)
    this.#text(reason)
    this.#finish(message)
  }

  sync(): void {
    this.#finish(this.#begin(SYNC))
  }

  /** What was written since the last `take` or `discard`; its memory is not used again. */
  take(): Buffer {
    const bytes = this.#slab.subarray(this.#start, this.#end)
    this.#start = this.#end
    return bytes
  }

  discard(): void {
    this.#end = this.#start
  }

  #begin(type: number): number {
    this.#reserve(5)
    this.#slab[this.#end] = type
    const lengthAt = this.#end + 1 - this.#start
    this.#end += 5
    return lengthAt
  }

  /** The place is relative to the batch, which moves when it outgrows its slab. */
  #finish(lengthAt: number): void {
    const at = this.#start + lengthAt
    this.#slab.writeInt32BE(this.#end - at, at)
  }

  #formats(values: readonly WireValue[]): void {
    if (values.every((value) => typeof value === 'string' || value === null)) {
      this.#int16(0)
      return
    }
    this.#int16(values.length)
    for (const value of values) this.#int16(Buffer.isBuffer(value) ? 1 : 0)
  }

  #value(value: WireValue): void {
    if (value === null) {
      this.#int32(-1)
    } else if (typeof value === 'string') {
      const lengthAt = this.#end - this.#start
      this.#int32(0)
      const bytes = this.#string(value)
      this.#slab.writeInt32BE(bytes, this.#start + lengthAt)
    } else {
      this.#int32(value.length)
      this.#reserve(value.length)
      value.copy(this.#slab, this.#end)
      this.#end += value.length
    }
  }

  #text(text: string): void {
    this.#string(text)
    this.#byte(0)
  }

  #string(text: string): number {
    const { length } = text
    if (length === 0) return 0
    this.#reserve(length <= SHORT_TEXT ? length * 3 : Buffer.byteLength(text))
    const bytes = this.#slab.write(text, this.#end)
    this.#end += bytes
    return bytes
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#slab[this.#end++] = value
  }

  #int16(value: number): void {
    this.#reserve(2)
    this.#end = this.#slab.writeUInt16BE(value, this.#end)
  }

  #int32(value: number): void {
    this.#reserve(4)
    this.#end = this.#slab.writeInt32BE(value, this.#end)
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#slab.length) return
    const written = this.#end - this.#start
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, (written + bytes) * 2))
    this.#slab.copy(slab, 0, this.#start, this.#end)
    this.#slab = slab
    this.#start = 0
    this.#end = written
  }
}
