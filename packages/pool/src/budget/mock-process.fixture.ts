import type { PoolClock } from '../kernel/clock.js'
import type { MockBoard, MockBoards } from './mock-board.fixture.js'
import { SharedBudget } from './shared-budget.js'

/** A process that opens what it may as far as it wants, and takes its time over closing. */
export class MockProcess {
  readonly board: MockBoard
  readonly budget: SharedBudget
  cap = 0
  reserved = 0
  open = 0
  wanted = 0
  errors: unknown[] = []
  readonly #clock: PoolClock
  readonly #changed: () => void
  #closing = 0

  constructor(boards: MockBoards, changed: () => void) {
    this.#clock = boards.clock
    this.#changed = changed
    this.board = boards.board()
    this.budget = new SharedBudget({
      board: this.board,
      id: `p${boards.claims.size}-${boards.clock.random()}`,
    })
    this.cap = this.budget.initial
    void this.budget.start({
      clock: this.#clock,
      setCap: (cap) => {
        this.cap = cap
        this.act()
      },
      used: () => this.used,
      reserve: (places) => {
        this.reserved += places
      },
      refused: (error) => this.errors.push(error),
      pauseMs: () => 0,
    })
  }

  get used(): number {
    return this.reserved + this.open
  }

  want(places: number): void {
    this.wanted = places
    this.budget.wants(places)
    this.act()
  }

  act(): void {
    while (this.used < this.cap && this.open < this.wanted) this.open += 1
    const most = Math.max(0, Math.min(this.wanted, this.cap - this.reserved))
    while (this.open - this.#closing > most) {
      this.#closing += 1
      this.#clock.after(
        this.#clock.random() * 300,
        () => {
          this.#closing -= 1
          this.open -= 1
          this.act()
        },
        true,
      )
    }
    this.#changed()
  }
}
