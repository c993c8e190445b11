import type { PoolClock } from '../kernel/clock.js'
import type { ClaimBoard } from './claim-board.js'
import type { ProcessClaim } from './process-claim.js'

/** What a server shows of the processes' claims: one line for each open board. */
export class MockBoards {
  capacity: number
  readonly claims = new Map<MockBoard, ProcessClaim>()
  readonly clock: PoolClock
  /** Milliseconds that a step of the server takes at the most. */
  slowestMs: number
  refusal: (() => Error | undefined) | undefined

  constructor(clock: PoolClock, capacity: number, slowestMs: number) {
    this.clock = clock
    this.capacity = capacity
    this.slowestMs = slowestMs
  }

  board(): MockBoard {
    return new MockBoard(this)
  }

  async step(): Promise<void> {
    const milliseconds = this.clock.random() * this.slowestMs
    await new Promise<void>((resolve) => {
      this.clock.after(milliseconds, resolve, true)
    })
  }
}

export class MockBoard implements ClaimBoard {
  readonly #boards: MockBoards
  #onLost: (() => void) | undefined

  constructor(boards: MockBoards) {
    this.#boards = boards
  }

  async open(claim: ProcessClaim, onLost: () => void): Promise<number> {
    await this.#boards.step()
    const refusal = this.#boards.refusal?.()
    if (refusal !== undefined) throw refusal
    this.#boards.claims.set(this, claim)
    this.#onLost = onLost
    await this.#boards.step()
    return this.#boards.capacity
  }

  /** Reads line by line, as a server does: each at a moment of its own. */
  async exchange(claim: ProcessClaim): Promise<readonly ProcessClaim[]> {
    await this.#boards.step()
    this.#mustBeOpen()
    this.#boards.claims.set(this, claim)
    await this.#boards.step()
    const read: ProcessClaim[] = []
    for (const board of [...this.#boards.claims.keys()]) {
      if (this.#boards.clock.random() < 0.2) await this.#boards.step()
      const found = this.#boards.claims.get(board)
      if (found !== undefined && board !== this) read.push(found)
    }
    await this.#boards.step()
    this.#mustBeOpen()
    return read
  }

  async close(): Promise<void> {
    this.#boards.claims.delete(this)
  }

  /** As if its session had been terminated. */
  lose(): void {
    if (this.#boards.claims.delete(this)) this.#onLost?.()
  }

  #mustBeOpen(): void {
    if (!this.#boards.claims.has(this)) throw new Error('The connection was lost.')
  }
}
