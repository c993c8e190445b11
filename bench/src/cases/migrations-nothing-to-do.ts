import { MigrationSystem } from '@plataforma/migrations'
import type { PostgresServer } from '@plataforma/testkit'
import type { BenchCase } from '../bench-case.js'
import { freshProcess } from '../measure/fresh-process.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'
import { migrationFolder } from '../setting/migration-folder.js'

const OURS = 'plataforma'
const PEERS = ['kysely', 'node-pg-migrate', 'umzug'] as const
const ROUNDS = 11

interface FreshRun {
  readonly milliseconds: number
  readonly cpuMs: number
  readonly applied: number
}

/** A deployment that has nothing to migrate: each time a new process, from a connection on. */
export const migrationsNothingToDo: BenchCase = {
  name: 'migrations-nothing-to-do',
  title: 'Nothing to migrate, in a fresh process, over connecting',
  async run({ server, tell }) {
    return [
      ...(await nothingToDo(server, tell, {
        migrations: 300,
        tools: [OURS, ...PEERS],
        atMost: 15,
      })),
      ...(await nothingToDo(server, tell, { migrations: 5_000, tools: [OURS], atMost: 150 })),
    ]
  },
}

interface Size {
  readonly migrations: number
  readonly tools: readonly string[]
  readonly atMost: number
}

async function nothingToDo(
  server: PostgresServer,
  tell: (line: string) => void,
  { migrations, tools, atMost }: Size,
): Promise<readonly Figure[]> {
  await using folder = await migrationFolder(10, migrations, (number) => `select ${number};\n`)
  const migrate: Record<string, () => Promise<FreshRun>> = {}
  for (const tool of tools) {
    const name = `bench_nothing_${tool.replaceAll('-', '_')}_${migrations}`
    const address = await server.createDatabase(name)
    const run = () => freshProcess<FreshRun>('migrate', tool, address, folder.directory)
    const startedAt = performance.now()
    const applied =
      tool === OURS ? await recorded(address, folder.directory) : (await run()).applied
    if (applied !== migrations) throw new Error(`${tool} applied ${applied} of ${migrations}`)
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    tell(`${tool} has ${migrations} applied after ${seconds} s`)
    migrate[tool] = run
  }
  const times = new Map(tools.map((tool) => [tool, [] as FreshRun[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const tool of tools) {
      const run = await migrate[tool]?.()
      if (run === undefined) continue
      if (run.applied !== 0) throw new Error(`${tool} applied ${run.applied} again`)
      times.get(tool)?.push(run)
    }
  }
  return tools.map((tool): Figure => {
    const runs = times.get(tool) ?? []
    const cpu = spreadOf(runs.map(({ cpuMs }) => cpuMs)).median.toFixed(1)
    return {
      what: `${tool}, ${migrations.toLocaleString('en')} applied in 10 modules`,
      against: '—',
      spread: spreadOf(runs.map(({ milliseconds }) => milliseconds)),
      unit: ' ms',
      ...(tool === OURS && { aim: { atMost } }),
      note: `${cpu} ms of this process's CPU`,
    }
  })
}

/** Writes into the history that all are applied, as a run would have done. */
async function recorded(connectionString: string, directory: string): Promise<number> {
  await using system = new MigrationSystem({ connectionString, directory, types: false })
  return (await system.baseline()).baselined.length
}
