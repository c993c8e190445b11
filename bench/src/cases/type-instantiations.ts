import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'

const FIGURE = /(\w+): (\d+) with Kysely, (\d+) with modules/g

/** What the test of core that keeps the budget counts; the compiler counts the same each time. */
export const typeInstantiations: BenchCase = {
  name: 'type-instantiations',
  title: 'Type instantiations of typical statements at 25 modules × 20 tables',
  async run() {
    const test = ['vitest', 'run', 'src/module/type-budget.test.ts', '--disableConsoleIntercept']
    const filter = ['--filter', '@plataforma/core', 'exec', ...test]
    const { stdout } = await promisify(execFile)('pnpm', filter, { cwd: '..' })
    const figures = [...stdout.matchAll(FIGURE)].map(
      ([, what, kysely, ours]): Figure => ({
        what: `${what} of a module`,
        against: 'Kysely<DB>',
        spread: spreadOf([Number(ours) / Number(kysely)]),
        unit: '×',
        aim: { atMost: 2 },
        note: `${ours} against ${kysely} instantiations in 25 statements`,
      }),
    )
    if (figures.length === 0)
      throw new Error(`the test of the budget printed no figure:\n${stdout}`)
    return figures
  },
}
