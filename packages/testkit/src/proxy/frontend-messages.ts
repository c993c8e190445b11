const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const CANCEL_REQUEST = 80_877_102

/** A message of PostgreSQL's protocol on its way from a client to the server. */
export interface FrontendMessage {
  /** The protocol's type byte, such as `Q`; words for the messages that have none. */
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts what a client sends into the messages of the protocol. */
export class FrontendMessages {
  #rest: Buffer = Buffer.alloc(0)
  #started = false

  /** The messages that are complete with these bytes. */
  take(bytes: Buffer): readonly FrontendMessage[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const messages: FrontendMessage[] = []
    for (
      let length = this.#nextLength();
      length <= this.#rest.length;
      length = this.#nextLength()
    ) {
      const message = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      messages.push({ type: this.#typeOf(message), bytes: message })
    }
    return messages
  }

  #nextLength(): number {
    const header = this.#started ? 1 : 0
    if (this.#rest.length < header + 4) return Number.POSITIVE_INFINITY
    return header + this.#rest.readInt32BE(header)
  }

  #typeOf(message: Buffer): string {
    if (this.#started) return String.fromCharCode(message.readUInt8(0))
    const code = message.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) return 'encryption'
    if (code === CANCEL_REQUEST) return 'cancel'
    this.#started = true
    return 'startup'
  }
}
