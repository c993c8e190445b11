import type { Socket } from 'node:net'
import type { NetworkConditions } from './network-conditions.js'

const MAX_QUEUED_BYTES = 1024 * 1024
const SLICES_PER_SECOND = 100
/** Timers fire up to a millisecond late: what is left of a wait is spent on the event loop. */
const TIMER_SLACK_MS = 2

interface Chunk {
  bytes: Buffer
  readonly dueAt: number
}

/** Passes bytes from one socket to another under conditions that may change at any time. */
export class ConditionedPipe {
  readonly #source: Socket
  readonly #sink: Socket
  readonly #conditions: NetworkConditions
  readonly #queue: Chunk[] = []
  #queuedBytes = 0
  #lineFreeAt = 0
  #ended = false
  #waiting: (() => void) | undefined

  constructor(source: Socket, sink: Socket, conditions: NetworkConditions) {
    this.#source = source
    this.#sink = sink
    this.#conditions = conditions
    source.on('data', (bytes: Buffer) => this.#receive(bytes))
    source.on('end', () => {
      this.#ended = true
      this.pump()
    })
    sink.on('drain', () => this.pump())
    sink.on('close', () => this.#cancelWait())
  }

  /** Passes on what may pass now; to be called when conditions got better. */
  pump(): void {
    this.#cancelWait()
    for (let chunk = this.#queue[0]; chunk; chunk = this.#queue[0]) {
      if (this.#conditions.blackHole || this.#sink.destroyed) return
      const waitMs = Math.max(chunk.dueAt, this.#lineFreeAt) - performance.now()
      if (waitMs > 0) {
        this.#wait(waitMs)
        return
      }
      if (!this.#send(chunk)) return
    }
    if (this.#ended && !this.#conditions.blackHole) this.#sink.end()
  }

  #receive(bytes: Buffer): void {
    this.#queue.push({ bytes, dueAt: performance.now() + this.#conditions.delayMs })
    this.#queuedBytes += bytes.length
    if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#source.pause()
    if (!this.#waiting) this.pump()
  }

  #send(chunk: Chunk): boolean {
    const { bytesPerSecond } = this.#conditions
    const slice = chunk.bytes.subarray(0, Math.max(1, bytesPerSecond / SLICES_PER_SECOND))
    chunk.bytes = chunk.bytes.subarray(slice.length)
    if (chunk.bytes.length === 0) this.#queue.shift()
    this.#queuedBytes -= slice.length
    if (this.#queuedBytes <= MAX_QUEUED_BYTES) this.#source.resume()
    const start = Math.max(this.#lineFreeAt, performance.now())
    this.#lineFreeAt = start + (slice.length / bytesPerSecond) * 1000
    return this.#sink.write(slice)
  }

  #wait(ms: number): void {
    if (ms > TIMER_SLACK_MS) {
      const timer = setTimeout(() => this.pump(), ms - TIMER_SLACK_MS)
      this.#waiting = () => clearTimeout(timer)
    } else {
      const immediate = setImmediate(() => this.pump())
      this.#waiting = () => clearImmediate(immediate)
    }
  }

  #cancelWait(): void {
    this.#waiting?.()
    this.#waiting = undefined
  }
}
