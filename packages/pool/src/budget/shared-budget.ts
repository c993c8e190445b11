import { Breaker } from '../kernel/breaker.js'
import { refusalOf } from '../kernel/refusal.js'
import { PoolerInFront } from '../postgres/pooler-in-front.js'
import type { ClaimBoard } from './claim-board.js'
import type { BudgetFacts, BudgetParts, ConnectionBudget } from './connection-budget.js'
import { claimable, fairTarget } from './fair-target.js'
import { newProcessId, type ProcessClaim } from './process-claim.js'
import type { ServerWatch } from './server-watch.js'
import { VanishedClaims } from './vanished-claims.js'

export interface SharedBudgetOptions {
  readonly board: ClaimBoard
  /** Places of all processes together, instead of what the server has. */
  readonly connections?: number
  readonly watch?: ServerWatch
  /** Places of this process where the others cannot be counted. */
  readonly alone?: number
  /** Told that it is a pooler that answered; without it that is an error like any other. */
  readonly onPooler?: (sign: string) => void
  /** Unlike that of any other process; drawn by chance unless given. */
  readonly id?: string
}

const BEAT_MS = 1_000
/** The others are not read more often, whatever changes. */
const SHORTEST_MS = 100
/** While connections end that must be closed before their places are given up. */
const DRAIN_MS = 50
const LONGEST_PAUSE_MS = 1_000
/** The connection that holds the claim. */
const OWN = 1
/** What a process may use where nobody lets it see the others. */
const PROVISIONAL = 4

/**
 * A budget that processes share without a service of their own. A place is used only under a claim
 * that was published before the claims of the others were read, and only where all of them fit: of
 * two that raise their claims at once, one at least sees the other. A claim is lowered after its
 * places are free.
 */
export class SharedBudget implements ConnectionBudget {
  readonly initial = OWN
  readonly #options: SharedBudgetOptions
  readonly #id: string
  #parts: BudgetParts | undefined
  #breaker: Breaker | undefined
  #vanished: VanishedClaims | undefined
  #capacity: number | undefined
  /** Places that may be used. */
  #cap = OWN
  /** Places that are published, `cap` at least. */
  #has = OWN
  #wants = 0
  #others: readonly ProcessClaim[] = []
  #state: 'away' | 'open' | 'alone' | 'closed' = 'away'
  #wake: (() => void) | undefined
  #running: Promise<void> | undefined

  constructor(options: SharedBudgetOptions) {
    this.#options = options
    this.#id = options.id ?? newProcessId()
  }

  get facts(): BudgetFacts {
    return {
      kind: this.#state === 'alone' ? 'fixed' : 'shared',
      places: this.#cap,
      capacity: this.#capacity,
      processes: this.#others.length + 1,
      connected: this.#state === 'open',
    }
  }

  async start(parts: BudgetParts): Promise<void> {
    if (this.#parts !== undefined) return
    this.#parts = parts
    this.#breaker = new Breaker(parts.clock, LONGEST_PAUSE_MS)
    this.#vanished = new VanishedClaims(parts.clock)
    parts.reserve(OWN)
    const first = Promise.withResolvers<void>()
    this.#running = this.#run(parts, first.resolve)
    await first.promise
  }

  wants(places: number): void {
    // The claim holds the place of its own connection too.
    const wants = places + OWN
    if (wants === this.#wants) return
    this.#wants = wants
    if (wants > this.#cap) this.#wake?.()
  }

  countNobody(): void {
    if (this.#parts === undefined || this.#isOver) return
    this.#state = 'alone'
    this.#wake?.()
    this.#capacity = this.#options.connections
    void this.#options.board.close()
    this.#parts.reserve(-OWN)
    this.#setCap(this.#options.alone ?? PROVISIONAL, this.#parts)
  }

  readonly gone = async (processId: number): Promise<void> => {
    if (this.#state === 'open') await this.#options.watch?.gone(processId)
  }

  async limitOf(user: string, database: string): Promise<number> {
    if (this.#state !== 'open') return Number.POSITIVE_INFINITY
    return (await this.#options.watch?.limitOf(user, database)) ?? Number.POSITIVE_INFINITY
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    this.#wake?.()
    await this.#options.board.close()
    await this.#running
  }

  get #claim(): ProcessClaim {
    return { id: this.#id, wants: this.#wants, has: this.#has }
  }

  async #run(parts: BudgetParts, answered: () => void): Promise<void> {
    while (!this.#isOver) {
      let pauseMs = BEAT_MS
      try {
        if (this.#state === 'away') await this.#open(parts)
        if (this.#state === 'open') pauseMs = await this.#step(parts)
      } catch (error) {
        pauseMs = this.#failed(error, parts)
      }
      answered()
      await this.#pause(pauseMs, parts)
    }
    answered()
  }

  /** Comes with what is in use, so that the others see at once what they must leave. */
  async #open(parts: BudgetParts): Promise<void> {
    this.#has = Math.max(this.#cap, parts.used())
    const places = await this.#options.board.open(this.#claim, () => {
      if (this.#state === 'open') this.#state = 'away'
      this.#wake?.()
    })
    this.#capacity = this.#options.connections ?? places
    if (this.#isOver) return
    this.#state = 'open'
    this.#breaker?.succeeded()
  }

  /** @returns milliseconds until the next one */
  async #step(parts: BudgetParts): Promise<number> {
    await this.#exchange()
    const fair = fairTarget(this.#claim, this.#others, this.#claimable)
    const target = Math.max(OWN, fair.target)
    if (target > this.#cap) return await this.#raise(target, parts)
    if (target < this.#cap && fair.pressed) this.#setCap(target, parts)
    return await this.#giveUp(parts)
  }

  async #raise(target: number, parts: BudgetParts): Promise<number> {
    const goal = Math.min(target, this.#has + Math.max(0, this.#free))
    if (goal > this.#has) {
      this.#has = goal
      await this.#exchange()
    }
    const granted = Math.min(goal, this.#has + this.#free)
    if (granted > this.#cap) this.#setCap(granted, parts)
    if (this.#cap >= goal) return BEAT_MS
    // Others raised at the same time: back, and again by chance sooner or later than they.
    await this.#giveUp(parts)
    return SHORTEST_MS * (1 + parts.clock.random())
  }

  /** Publishes less, as far as places are free already. */
  async #giveUp(parts: BudgetParts): Promise<number> {
    const needed = Math.max(this.#cap, parts.used())
    if (needed < this.#has) {
      this.#has = needed
      await this.#exchange()
    }
    return this.#has > this.#cap ? DRAIN_MS : BEAT_MS
  }

  /** Places that nobody has claimed; below 0 where more was claimed than there is. */
  get #free(): number {
    const others = this.#others.reduce((sum, { has }) => sum + has, 0)
    return this.#claimable - others - (this.#vanished?.places ?? 0) - this.#has
  }

  get #claimable(): number {
    return claimable(this.#capacity ?? 0)
  }

  async #exchange(): Promise<void> {
    const others = await this.#options.board.exchange(this.#claim)
    this.#others = others.filter(({ id }) => id !== this.#id)
    this.#vanished?.note(this.#others)
  }

  #setCap(cap: number, { setCap }: BudgetParts): void {
    this.#cap = cap
    setCap(cap)
  }

  /** The last share is kept, and nothing grows, until the others can be seen again. */
  #failed(error: unknown, parts: BudgetParts): number {
    if (this.#isOver) return 0
    const { onPooler } = this.#options
    if (error instanceof PoolerInFront && onPooler !== undefined) {
      this.countNobody()
      onPooler(error.sign)
      return 0
    }
    this.#state = 'away'
    const isCrowded = refusalOf(error) === 'crowded'
    if (isCrowded) parts.refused(error)
    // Whoever waits is to learn from a connection of their own what is wrong.
    else if (this.#capacity === undefined) this.#setCap(PROVISIONAL, parts)
    this.#breaker?.failed(error)
    return Math.max(this.#breaker?.pauseMs ?? 0, parts.pauseMs())
  }

  get #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'alone'
  }

  async #pause(milliseconds: number, { clock }: BudgetParts): Promise<void> {
    const since = clock.now()
    const isPatient = this.#state !== 'open'
    await new Promise<void>((resolve) => {
      const over = () => {
        stop()
        this.#wake = undefined
        resolve()
      }
      let stop = clock.after(milliseconds, over, false)
      this.#wake = () => {
        if (this.#isOver) return over()
        if (isPatient) return
        const leftMs = Math.max(0, since + SHORTEST_MS - clock.now())
        if (leftMs === 0) return over()
        stop()
        stop = clock.after(leftMs, over, false)
      }
      if (this.#isOver) over()
    })
  }
}
