import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../kernel/virtual-clock.fixture.js'
import { MockBoards } from './mock-board.fixture.js'
import { MockProcess } from './mock-process.fixture.js'

const CAPACITY = 41
/** One is left for the connection of who comes next. */
const CLAIMABLE = CAPACITY - 1

function setting(seed = 1, { capacity = CAPACITY, slowestMs = 5 } = {}) {
  const clock = new VirtualClock(seed)
  const boards = new MockBoards(clock, capacity, slowestMs)
  const processes: MockProcess[] = []
  let most = 0
  // The connections that only carry a newcomer's claim stand in the place left for observers.
  const working = () => processes.reduce((sum, { open }) => sum + open, 0)
  const changed = () => {
    most = Math.max(most, working())
  }
  return {
    clock,
    boards,
    processes,
    working,
    most: () => most,
    begin(): MockProcess {
      const process = new MockProcess(boards, changed)
      processes.push(process)
      return process
    },
  }
}

describe('a budget that processes share', () => {
  it('gives one process what nobody else wants, at once', async () => {
    const { clock, begin } = setting()
    const one = begin()
    await clock.advance(50)
    expect(one.cap).toBe(CLAIMABLE - 3)
    one.want(100)
    await clock.advance(200)
    expect(one.used).toBe(CLAIMABLE)
  })

  it('gives a newcomer its part of a budget that is spent', async () => {
    const { clock, begin, working, most } = setting()
    begin().want(100)
    await clock.advance(1_000)
    const second = begin()
    second.want(100)
    await clock.advance(4_000)
    expect(second.used).toBe(CLAIMABLE / 2)
    expect(working()).toBe(CLAIMABLE - 2)
    expect(most()).toBeLessThan(CLAIMABLE)
  })

  it('lends what one does not want to the other, and takes it back', async () => {
    const { clock, begin } = setting()
    const one = begin()
    const two = begin()
    one.want(100)
    two.want(3)
    await clock.advance(4_000)
    expect(one.used).toBe(CLAIMABLE - 4)
    expect(two.open).toBe(3)
    two.want(100)
    await clock.advance(5_000)
    expect(one.used).toBe(CLAIMABLE / 2)
    expect(two.used).toBe(CLAIMABLE / 2)
  })

  it('keeps the last share and grows nothing while the others cannot be seen', async () => {
    const { clock, boards, begin } = setting()
    const one = begin()
    const two = begin()
    await clock.advance(3_000)
    const share = one.cap
    boards.refusal = () => new Error('ECONNREFUSED')
    one.board.lose()
    two.board.lose()
    one.want(100)
    await clock.advance(10_000)
    expect(one.cap).toBe(share)
    expect(one.budget.facts.connected).toBe(false)
    boards.refusal = undefined
    await clock.advance(5_000)
    expect(one.budget.facts.connected).toBe(true)
    expect(one.cap).toBeGreaterThan(share)
  })

  it('counts a claim that vanished until its process had time to come back', async () => {
    const { clock, boards, begin, most } = setting()
    const one = begin()
    const two = begin()
    one.want(100)
    two.want(100)
    await clock.advance(5_000)
    boards.refusal = () => new Error('Not yet.')
    one.board.lose()
    await clock.advance(1_000)
    boards.refusal = undefined
    await clock.advance(5_000)
    expect(most()).toBeLessThanOrEqual(CLAIMABLE - 2)
    expect(one.used + two.used).toBe(CLAIMABLE)
  })

  it('goes to the others when a process is killed', async () => {
    const { clock, processes, begin } = setting()
    const one = begin()
    const two = begin()
    one.want(100)
    two.want(100)
    await clock.advance(5_000)
    processes.shift()
    await one.board.close()
    await one.budget.close()
    await clock.advance(5_000)
    expect(two.used).toBe(CLAIMABLE)
  })

  it('lets callers learn from the server itself why it lets nobody in', async () => {
    const { clock, boards, begin } = setting()
    boards.refusal = () => Object.assign(new Error('no'), { code: '28000' })
    const one = begin()
    await clock.advance(50)
    expect(one.cap).toBe(4)
    boards.refusal = () => Object.assign(new Error('full'), { code: '53300' })
    const two = begin()
    await clock.advance(50)
    expect(two.cap).toBe(1)
    expect(two.errors).toHaveLength(1)
  })

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'never uses more than there is, whatever happens when (%i)',
    async (seed) => {
      const { clock, boards, processes, begin, working, most } = setting(seed * 7_919, {
        slowestMs: [1, 20, 200, 900][seed % 4] ?? 1,
        capacity: [20, 40, 90, 200][Math.floor(seed / 4) % 4] ?? 20,
      })
      for (let round = 0; round < 150; round += 1) {
        const chance = clock.random()
        const some = processes[Math.floor(clock.random() * processes.length)]
        if (processes.length < 3 || (chance < 0.05 && processes.length < 6)) begin()
        else if (chance < 0.75) some?.want(Math.floor(clock.random() ** 2 * boards.capacity * 1.5))
        else if (chance < 0.8) some?.board.lose()
        await clock.advance(clock.random() * 400)
        expect(most()).toBeLessThanOrEqual(boards.capacity)
      }
      for (const process of processes) process.want(boards.capacity)
      await clock.advance(60_000)
      const used = processes.map((process) => process.used)
      expect(Math.max(...used) - Math.min(...used)).toBeLessThanOrEqual(1)
      expect(working() + processes.length).toBe(boards.capacity - 1)
      expect(most()).toBeLessThanOrEqual(boards.capacity)
    },
  )
})
