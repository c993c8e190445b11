import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MigrationSystem } from '@plataforma/migrations'
import type { PostgresServer } from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'
import { type MigrationFolder, migrationFolder } from '../setting/migration-folder.js'

const MIGRATIONS = 300
const MODULES = 10
const RAW = 'BEGIN, file, history row, COMMIT by pg'

/** Three hundred migrations against the same transactions written by hand. */
export const migrationsRun: BenchCase = {
  name: 'migrations-300',
  title: `${MIGRATIONS} migrations of ${MODULES} modules on an empty database`,
  async run({ server }) {
    await using folder = await migrationFolder(
      MODULES,
      MIGRATIONS,
      (number) => `create table things_${number} (
  id bigint generated always as identity primary key,
  nome text not null,
  created_at timestamptz not null default now()
);
create index on things_${number} (nome);
`,
    )
    const raw = byHand(server, folder)
    const one = ours(server, folder, 1)
    const four = ours(server, folder, 4)
    const competitors = [raw, one, four]
    const times = await interleave(competitors, { rounds: 7, sliceMs: 0 })
    for (const { end } of competitors) await end()
    const each = (name: string) => (spreadOf(times.get(name) ?? []).median / MIGRATIONS).toFixed(2)
    return [one, four].map(
      ({ name }): Figure => ({
        what: name,
        against: RAW,
        spread: spreadOf(ratios(times, name, RAW)),
        unit: '×',
        aim: { atMost: 1.5 },
        note: `${each(name)} ms a migration, by hand ${each(RAW)} ms`,
      }),
    )
  },
}

interface Migrator extends Competitor {
  end(): Promise<void>
}

let databases = 0

function emptyDatabase(server: PostgresServer): Promise<string> {
  return server.createDatabase(`bench_migrations_${databases++}`)
}

function byHand(server: PostgresServer, { directory }: MigrationFolder): Migrator {
  let client: pg.Client | undefined
  const end = async () => client?.end()
  return {
    name: RAW,
    async prepare() {
      await end()
      client = new pg.Client(await emptyDatabase(server))
      await client.connect()
      await client.query(
        'create table history (module text, name text, text text, primary key (module, name))',
      )
    },
    async run() {
      for (const module of readdirSync(directory).sort()) {
        await client?.query(`create schema ${module}`)
        await client?.query(`set search_path = ${module}`)
        for (const name of readdirSync(join(directory, module)).sort()) {
          const text = readFileSync(join(directory, module, name), 'utf8')
          await client?.query('begin')
          await client?.query(text)
          await client?.query('insert into public.history values ($1, $2, $3)', [
            module,
            name,
            text,
          ])
          await client?.query('commit')
        }
      }
    },
    end: async () => void (await end()),
  }
}

function ours(server: PostgresServer, { directory }: MigrationFolder, parallel: number): Migrator {
  let db: Kysely<unknown> | undefined
  const end = async () => db?.destroy()
  return {
    name:
      parallel === 1 ? 'runAllMigrations, one module at a time' : 'runAllMigrations, four modules',
    async prepare() {
      await end()
      const pool = new pg.Pool({ connectionString: await emptyDatabase(server) })
      db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
      await sql`select 1`.execute(db)
    },
    async run() {
      if (db === undefined) return
      await using system = new MigrationSystem({ db, directory, parallel, types: false })
      const { applied } = await system.runAllMigrations()
      if (applied.length !== MIGRATIONS) throw new Error(`${applied.length} were applied`)
    },
    end: async () => void (await end()),
  }
}
