import type { PostgresServer } from '@plataforma/testkit'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { freshProcess } from '../measure/fresh-process.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'
import { migrationFolder } from '../setting/migration-folder.js'

const OURS = 'plataforma'
const KYSELY = 'kysely without transactions'
const ROUNDS: Readonly<Record<string, number>> = { [OURS]: 50, [KYSELY]: 10, 'node-pg-migrate': 10 }
const PROCESSES = 6
const MIGRATIONS = 20
const INDEXED = 10

/** Processes that deploy the same migrations at once, as the instances of an application do. */
export const migrationsDeployers: BenchCase = {
  name: 'migrations-deployers',
  title: `${PROCESSES} processes that run the same ${MIGRATIONS} migrations at once`,
  async run({ server, tell }) {
    const figures: Figure[] = []
    for (const [tool, rounds] of Object.entries(ROUNDS)) {
      // It runs SQL files in transactions only.
      const concurrently = tool === 'node-pg-migrate' ? '' : 'CONCURRENTLY'
      await using folder = await migrationFolder(1, MIGRATIONS, (number) =>
        number === INDEXED
          ? `CREATE INDEX ${concurrently} t0_n ON t0 (n);\n`
          : `CREATE TABLE t${number} (n int PRIMARY KEY);\n`,
      )
      const ended: number[] = []
      const errors = new Set<string>()
      for (let round = 0; round < rounds; round++) {
        const outcomes = await deploy(server, { tool, directory: folder.directory, round })
        ended.push(outcomes.filter((outcome) => outcome === '').length)
        for (const outcome of outcomes) if (outcome !== '') errors.add(outcome)
      }
      const words = [...errors].slice(0, 2).join('; ')
      tell(`${tool}: ${ended.join(' ')}`)
      figures.push({
        what: `${tool}, ${rounds} rounds`,
        against: '—',
        spread: spreadOf(ended),
        unit: ' of 6',
        ...(tool === OURS && { aim: { atLeast: PROCESSES } }),
        note: words === '' ? 'each migration once, no invalid index' : words,
      })
    }
    return figures
  },
}

interface Deployment {
  readonly tool: string
  readonly directory: string
  readonly round: number
}

/** The error of each process, empty where it ended well. */
async function deploy(server: PostgresServer, { tool, directory, round }: Deployment) {
  const name = `bench_deployers_${tool.replaceAll(/[ -]/g, '_')}_${round}`
  const address = await server.createDatabase(name)
  const outcomes = await Promise.allSettled(
    Array.from({ length: PROCESSES }, () =>
      freshProcess<{ readonly applied: number }>('migrate', tool, address, directory),
    ),
  )
  const ended = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.applied] : []))
  const applied = ended.reduce((sum, each) => sum + each, 0)
  if (tool === OURS && (applied !== MIGRATIONS || (await hasInvalidIndex(address)))) {
    return outcomes.map(() => `${applied} of ${MIGRATIONS} applied, or an invalid index`)
  }
  return outcomes.map((one) => (one.status === 'fulfilled' ? '' : messageOf(one.reason)))
}

async function hasInvalidIndex(address: string): Promise<boolean> {
  const client = new pg.Client(address)
  await client.connect()
  const { rowCount } = await client.query('select from pg_index where not indisvalid')
  await client.end()
  return (rowCount ?? 0) > 0
}

function messageOf(error: Error): string {
  return /(?:error|Error): (.+)/.exec(error.message)?.[1] ?? error.message.slice(0, 80)
}
