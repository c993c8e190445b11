import { MigrationSystem, readSnapshot } from '@plataforma/migrations'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'
import { migrationFolder } from '../setting/migration-folder.js'

const TABLES = 300
const MODULES = 10
const ROUNDS = 21

/** What is read of the catalog after a run that changed all modules. */
export const migrationsSnapshot: BenchCase = {
  name: 'migrations-snapshot',
  title: `A snapshot of ${TABLES} tables with two indexes each, in ${MODULES} schemas`,
  async run({ server }) {
    await using folder = await migrationFolder(
      MODULES,
      TABLES,
      (number) => `create table things_${number} (
  id bigint generated always as identity primary key,
  nome text not null,
  created_at timestamptz not null default now()
);
create index on things_${number} (nome);
`,
    )
    const { directory } = folder
    const connectionString = await server.createDatabase('bench_migrations_snapshot')
    const pool = new pg.Pool({ connectionString, max: 6 })
    await using db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    await using system = new MigrationSystem({ db, directory, types: false })
    const { modules } = await system.runAllMigrations()
    const schemas = modules.map((module) => `module_${module}`)
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now()
      const snapshots = await readSnapshot(db, { schemas })
      times.push(performance.now() - startedAt)
      const tables = [...snapshots.values()].flatMap((one) => Object.keys(one.tables))
      if (tables.length !== TABLES) throw new Error(`${tables.length} tables were found`)
    }
    const what = `${TABLES} tables`
    return [{ what, against: '—', spread: spreadOf(times), unit: ' ms', aim: { atMost: 100 } }]
  },
}
