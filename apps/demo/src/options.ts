import { parseArgs } from 'node:util'
import { DemoError } from './failure/demo-error.js'

/** How large and how long the demo is. */
export interface DemoOptions {
  readonly tenants: number
  /** Seconds of workload. */
  readonly seconds: number
  /** How many people work at the same time. */
  readonly people: number
  /** The same seed gives the same rows. */
  readonly seed: number
}

const DEFAULTS: DemoOptions = { tenants: 50, seconds: 20, people: 12, seed: 2026 }

export const USAGE = `Usage: npm run demo -- [options]

  --tenants N   companies on the platform, 2 or more (default ${DEFAULTS.tenants})
  --seconds N   duration of the workload (default ${DEFAULTS.seconds})
  --people N    people who work at the same time (default ${DEFAULTS.people})
  --seed N      the same seed gives the same rows (default ${DEFAULTS.seed})
  --help        show this text`

/** Reads the command line; `undefined` where help is asked for. */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  const option = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      // npm's `--` reaches us where pnpm passes it on.
      args: args.filter((arg) => arg !== '--'),
      options: {
        tenants: option,
        seconds: option,
        people: option,
        seed: option,
        help: { type: 'boolean' },
      },
    })
    if (values.help) return undefined
    return {
      tenants: count(values.tenants ?? DEFAULTS.tenants, 2, '--tenants'),
      seconds: count(values.seconds ?? DEFAULTS.seconds, 1, '--seconds'),
      people: count(values.people ?? DEFAULTS.people, 1, '--people'),
      seed: count(values.seed ?? DEFAULTS.seed, 0, '--seed'),
    }
  } catch (error) {
    if (error instanceof DemoError) throw error
    throw new DemoError('The command line was not understood', 'See npm run demo -- --help.', error)
  }
}

function count(given: string | number, least: number, name: string): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new DemoError(`${name} is "${given}"`, `Give a whole number, ${least} or more.`)
}
