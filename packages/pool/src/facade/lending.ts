import type pg from 'pg'
import { type Borrower, LeakWatch } from '../kernel/leak-watch.js'
import type { Slot } from '../kernel/slot.js'
import type { PgPhysical } from '../postgres/pg-physical.js'
import { poolChannels } from '../telemetry/pool-channels.js'
import { bytesSent, forgetStatements, isInTransaction, keepAlive } from './client-state.js'
import { heldOf } from './held-loans.js'
import type { Leak } from './leak.js'
import type { Loan } from './loan.js'
import { loanStillness } from './loan-stillness.js'
import type { PoolOptions } from './pool-config.js'
import type { PoolGround } from './pool-ground.js'
import { inPgWords, releasedTwice } from './pool-refusals.js'
import { verdictOn } from './release-verdict.js'
import { settleClient } from './settle-client.js'
import { StallWatch } from './stall-watch.js'

export interface LendingOptions {
  readonly ground: PoolGround
  readonly options: PoolOptions
  /** Whose leaks are told. */
  readonly pools: object
  /** Emits an event of the pool. */
  readonly tell: (event: string, ...facts: unknown[]) => void
  /** Does again what is done with every new client. */
  readonly runHooks: (client: pg.Client) => Promise<void>
}

/** Lends clients, and judges them when they come back. */
export class Lending {
  readonly #options: LendingOptions
  readonly #loans = new Set<Loan>()
  readonly #uses = new WeakMap<pg.Client, number>()
  readonly #stalls: StallWatch
  readonly #leaks: LeakWatch<Loan> | undefined
  #served: (() => void) | undefined

  constructor(options: LendingOptions) {
    this.#options = options
    const { ground, tell, pools } = options
    const { login, member } = ground
    const { deadlockTimeoutMs, leakDetectionMs } = options.options
    this.#stalls = new StallWatch({ login, member, timeoutMs: deadlockTimeoutMs })
    if (leakDetectionMs === 0) return
    this.#leaks = new LeakWatch({
      clock: login.host.clock,
      loans: this.#loans,
      limitMs: () => leakDetectionMs,
      stillSince: (loan) => loanStillness(loan, login.host.clock.now()),
      report: ({ loan: { client }, heldMs, stack }) => {
        const leak: Leak = { client, heldMs, stack }
        options.options.log?.('client was not given back', leak)
        tell('leak', leak)
        if (!poolChannels.leak.hasSubscribers) return
        const { name: module } = member
        poolChannels.leak.publish({ pools, login: login.options.name, module, heldMs, stack })
      },
    })
  }

  /** Resolves when nobody waits any more. */
  async served(): Promise<void> {
    if (this.#options.ground.member.queue.size === 0) return
    await new Promise<void>((resolve) => {
      this.#served = resolve
    })
  }

  /** @param from whose caller borrows, where leaks are looked for */
  borrow(from?: (...args: never[]) => unknown): Loan | Promise<Loan> {
    const { login, member } = this.#options.ground
    const borrower = from && this.#leaks && LeakWatch.borrower(from)
    const within = heldOf(login.host)
    const slot = this.#take(within)
    if (slot !== undefined) return this.#lend(slot, borrower)
    const waiting = login.wait(member, { within }).then(
      (served) => {
        this.#noteServed()
        return this.#lend(served, borrower)
      },
      (error) => {
        this.#noteServed()
        throw inPgWords(error)
      },
    )
    this.#stalls.watch()
    return waiting
  }

  /** What its last borrower began after the release is not for the next one. */
  #take(within: Slot<PgPhysical> | undefined): Slot<PgPhysical> | undefined {
    const { login, member } = this.#options.ground
    for (;;) {
      const slot = login.take(member, within)
      if (slot === undefined || !isInTransaction(slot.connection.client)) return slot
      login.release(slot, true)
    }
  }

  #noteServed(): void {
    if (this.#options.ground.member.queue.size === 0) this.#served?.()
  }

  #lend(slot: Slot<PgPhysical>, borrower: Borrower | undefined): Loan {
    const client = slot.connection.client as pg.PoolClient
    const { hygiene, allowExitOnIdle } = this.#options.options
    const isCounted = hygiene === 'full' || borrower !== undefined
    const sentBefore = isCounted ? bytesSent(client) : undefined
    const loan: Loan = {
      slot,
      client,
      sentBefore,
      stillSince: slot.since,
      sentSoFar: sentBefore,
      borrower,
      isOver: false,
      isReported: false,
    }
    client.release = (error) => this.#release(loan, error)
    this.#loans.add(loan)
    if (borrower !== undefined) this.#leaks?.watch()
    if (allowExitOnIdle) keepAlive(client, true)
    this.#options.tell('acquire', client)
    return loan
  }

  #release(loan: Loan, error: unknown): void {
    if (loan.isOver) throw releasedTwice()
    loan.isOver = true
    this.#loans.delete(loan)
    const { slot, client } = loan
    const { maxUses, compat, hygiene } = this.#options.options
    const uses = maxUses === Number.POSITIVE_INFINITY ? 0 : (this.#uses.get(client) ?? 0) + 1
    if (uses > 0) this.#uses.set(client, uses)
    this.#options.tell('release', error, client)
    const isExpended = uses >= maxUses
    if (isExpended) this.#options.options.log?.('remove expended client')
    const isSoiled = hygiene === 'full' && bytesSent(client) !== loan.sentBefore
    const { broken } = slot.connection
    switch (verdictOn({ client, broken, error, compat, isExpended, isSoiled })) {
      case 'keep':
        this.#giveBack(slot, false)
        break
      case 'settle':
        void settleClient(client, isSoiled ? () => this.#clean(client) : undefined).then(
          (isClean) => this.#giveBack(slot, !isClean),
        )
        break
      case 'end':
        slot.expiresAt = Number.NEGATIVE_INFINITY
        this.#giveBack(slot, false)
        break
      case 'destroy':
        this.#giveBack(slot, true)
    }
  }

  #giveBack(slot: Slot<PgPhysical>, destroy: boolean): void {
    if (this.#options.options.allowExitOnIdle && !destroy) keepAlive(slot.connection.client, false)
    this.#options.ground.login.release(slot, destroy)
  }

  async #clean(client: pg.Client): Promise<void> {
    await client.query('DISCARD ALL')
    forgetStatements(client)
    await this.#options.runHooks(client)
  }
}
