import type { BenchCase } from '../bench-case.js'
import { freshProcess } from '../measure/fresh-process.js'
import { spreadOf } from '../measure/spread.js'

const ROUNDS = 11

interface Planned {
  readonly milliseconds: number
  readonly cpuMs: number
}

interface PlannedRuns {
  readonly first: Planned
  readonly later: readonly Planned[]
}

/** The order of what a thousand modules have pending, with what they need of each other. */
export const migrationsPlan: BenchCase = {
  name: 'migrations-plan',
  title: 'A plan of 1,000 modules of 10 migrations, 2,850 dependencies',
  async run() {
    const runs: PlannedRuns[] = []
    for (let round = 0; round < ROUNDS; round++) runs.push(await freshProcess<PlannedRuns>('plan'))
    const first = runs.map((run) => run.first)
    const later = runs.flatMap((run) => run.later)
    const figure = (what: string, of: readonly Planned[]) =>
      ({
        what,
        against: '—',
        spread: spreadOf(of.map(({ milliseconds }) => milliseconds)),
        unit: ' ms',
        aim: { atMost: 50 },
        note: `${spreadOf(of.map(({ cpuMs }) => cpuMs)).median.toFixed(1)} ms of CPU`,
      }) as const
    return [figure('the first plan of a process', first), figure('later ones', later)]
  },
}
