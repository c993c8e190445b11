/** One of those that are compared: does its work once per call. */
export interface Competitor {
  readonly name: string
  /** `call` counts up, so that each call can ask for something else. */
  run(call: number): Promise<unknown>
  /** Runs before each slice, untimed. */
  prepare?(): Promise<unknown>
}

export interface InterleaveOptions {
  readonly rounds: number
  /** Milliseconds of work of each competitor in a round; 0 for a single call. */
  readonly sliceMs: number
  /** Milliseconds of work of each competitor before it counts. */
  readonly warmUpMs?: number
}

/** Milliseconds per call by competitor, one value for each round. */
export type Times = ReadonlyMap<string, readonly number[]>

/**
 * Every competitor works for a slice of every round, in an order that rotates: what else goes on
 * on the machine meets all of them alike, and a ratio is taken within a round.
 */
export async function interleave(
  competitors: readonly Competitor[],
  { rounds, sliceMs, warmUpMs = 5 * sliceMs }: InterleaveOptions,
): Promise<Times> {
  const runners = competitors.map((competitor) => ({ competitor, times: [] as number[], calls: 0 }))
  const callsPerSlice = new Map<Competitor, number>()
  for (const runner of runners) {
    callsPerSlice.set(runner.competitor, await callsOfSlice(runner.competitor, sliceMs, warmUpMs))
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const runner = runners[(round + turn) % runners.length]
      if (runner === undefined) continue
      const { competitor, times } = runner
      await competitor.prepare?.()
      const calls = callsPerSlice.get(competitor) ?? 1
      const start = performance.now()
      for (let call = 0; call < calls; call++) await competitor.run(runner.calls++)
      times.push((performance.now() - start) / calls)
    }
  }
  return new Map(runners.map(({ competitor, times }) => [competitor.name, times]))
}

async function callsOfSlice(
  competitor: Competitor,
  sliceMs: number,
  warmUpMs: number,
): Promise<number> {
  await competitor.prepare?.()
  await competitor.run(0)
  if (sliceMs === 0) return 1
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < warmUpMs) await competitor.run(calls++)
  return Math.max(1, Math.round((sliceMs * calls) / (performance.now() - start)))
}

/** The competitor's time by the peer's time, for each round. */
export function ratios(times: Times, competitor: string, peer: string): readonly number[] {
  const peers = times.get(peer) ?? []
  return (times.get(competitor) ?? []).map((time, round) => time / (peers[round] ?? Number.NaN))
}
