import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type BundledProgram,
  startMessageProxy,
  type TestDatabase,
  testDatabase,
} from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MigrationSystem } from '../../src/index.js'
import { readSnapshot } from '../../src/snapshot/read-snapshot.js'
import { writeFiles } from '../write-files.js'
import { bundleDeployer, Deployer } from './deployer.js'

/**
 * To the server a process that was killed and one that is cut off for good are the same; every so
 * many messages it is a process.
 */
const PROCESS_EVERY = 15
const AT_ONCE = 4

const FIRST = `
CREATE TABLE itens (id int PRIMARY KEY, nome text, feito_em date NOT NULL DEFAULT '2026-01-01');
INSERT INTO itens (id, nome) SELECT n, 'item ' || n FROM generate_series(1, 50) AS n;
CREATE INDEX antigo ON itens (nome);
`

/** A file of each kind, after one that makes what it works on. */
const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a transaction': {
    '002_passo.sql': `
      ALTER TABLE itens ADD COLUMN preco numeric NOT NULL DEFAULT 0;
      UPDATE itens SET preco = id * 2;
      CREATE TABLE precos AS SELECT id, preco FROM itens;
      ALTER TABLE itens DROP COLUMN nome;
    `,
  },
  'both kinds in one file': {
    '002_passo.sql': `
      ALTER TABLE itens ADD COLUMN codigo text;
      UPDATE itens SET codigo = 'c' || id;
      CREATE UNIQUE INDEX CONCURRENTLY itens_codigo ON itens (codigo) WHERE codigo <> '';
      ALTER TABLE itens ALTER COLUMN codigo SET NOT NULL;
      INSERT INTO itens (id, nome, codigo) VALUES (51, 'novo', 'c51');
      DROP INDEX CONCURRENTLY antigo;
    `,
  },
  'statements by themselves': {
    '002_passo.sql': `-- @metadata {"transaction": false}
      ALTER TABLE itens ADD COLUMN vezes int NOT NULL DEFAULT 0;
      UPDATE itens SET vezes = vezes + 1;
      UPDATE itens SET vezes = vezes + 1;
      VACUUM itens;
      INSERT INTO itens (id, nome) SELECT max(id) + 1, 'mais um' FROM itens;
    `,
  },
  'partitions and indexes': {
    '002_passo.sql': `
      CREATE TABLE eventos (em date NOT NULL) PARTITION BY RANGE (em);
      CREATE TABLE eventos_1 PARTITION OF eventos FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      INSERT INTO eventos VALUES ('2026-01-15');
    `,
    '003_passo.sql': `
      ALTER TABLE eventos DETACH PARTITION eventos_1 CONCURRENTLY;
      REINDEX INDEX CONCURRENTLY antigo;
      REINDEX TABLE CONCURRENTLY itens;
    `,
  },
  code: {
    '002_passo.mjs': `
      export async function up(db) {
        await db.schema.alterTable('itens').addColumn('codigo', 'integer').execute()
        await db.transaction().execute(async (trx) => {
          await trx.updateTable('itens').set({ codigo: 1 }).execute()
        })
        await db.schema.createIndex('itens_codigo').on('itens').column('codigo').execute()
      }
    `,
  },
}

let program: BundledProgram
let root: string
const opened: TestDatabase[] = []

beforeAll(async () => {
  program = await bundleDeployer()
  root = await mkdtemp(join(tmpdir(), 'plataforma-killed-'))
})
afterAll(async () => {
  await program[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
  await Promise.all(opened.map((database) => database.drop()))
})

describe('killed at any message, the next run finishes', () => {
  it.each(Object.entries(cases))(
    '%s',
    async (name, steps) => {
      const directory = join(root, name.replaceAll(' ', '-'))
      const before = join(root, `${name.replaceAll(' ', '-')}-before`)
      const first = { 'vendas/001_primeiro.sql': FIRST }
      await writeFiles(before, first)
      const further = Object.entries(steps).map(([file, text]) => [`vendas/${file}`, text.trim()])
      await writeFiles(directory, { ...first, ...Object.fromEntries(further) })

      const whole = await killedAt(Number.POSITIVE_INFINITY, { before, directory })
      expect(whole.messages).toBeGreaterThan(5)
      const places = Array.from({ length: whole.messages }, (_, place) => place)
      while (places.length > 0) {
        const group = places.splice(0, AT_ONCE)
        const killed = await Promise.all(
          group.map(async (place) => ({
            place,
            ...(await killedAt(place, { before, directory })),
          })),
        )
        for (const { place, result } of killed) {
          expect({ place, ...result }).toEqual({ place, ...whole.result })
        }
      }
    },
    300_000,
  )
})

interface Folders {
  /** What the database has before the process that is killed. */
  readonly before: string
  readonly directory: string
}

/** Ends a run once the server has got a message, then lets another finish. */
async function killedAt(place: number, { before, directory }: Folders) {
  const database = await testDatabase()
  opened.push(database)
  const { connectionString } = database
  await runAll(connectionString, before)
  let deployer: Deployer | undefined
  const ended = new AbortController()
  await using proxy = await startMessageProxy(database.server, {
    onMessage: (_, index) => {
      if (index !== place) return 'pass'
      deployer?.kill()
      // One that lives on would ask for a minute what became of its COMMIT.
      setTimeout(() => ended.abort(new Error('cut off')), 50)
      return 'pass-then-close'
    },
  })
  const address = proxy.url(connectionString)
  if (place % PROCESS_EVERY === 0) {
    deployer = new Deployer(program, address, directory)
    expect(await deployer.ended).toMatchObject({ signal: 'SIGKILL' })
  } else {
    const run = runAll(address, directory, ended.signal)
    // What is said after the last migration is missed by nobody.
    if (place === Number.POSITIVE_INFINITY) await run
    else await run.catch(() => {})
  }
  const messages = proxy.count
  await runAll(connectionString, directory)
  const result = await stateOf(connectionString)
  await database.drop()
  opened.splice(opened.indexOf(database), 1)
  return { messages, result }
}

async function runAll(connectionString: string, directory: string, signal?: AbortSignal) {
  await using migrations = new MigrationSystem({ connectionString, directory, types: false })
  await migrations.runAllMigrations({ signal })
}

/** Everything by which two databases could differ. */
async function stateOf(connectionString: string) {
  const pool = new pg.Pool({ connectionString, max: 1 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const snapshots = await readSnapshot(db, { schemas: ['module_vendas'] })
    const { rows: itens } = await sql`select * from module_vendas.itens order by id`.execute(db)
    const { rows: invalid } = await sql`
      select indexrelid::regclass::text from pg_index where not indisvalid`.execute(db)
    const { rows: applied } = await sql`
      select module, name, state from plataforma.migrations order by position`.execute(db)
    return { snapshots, itens, invalid, applied }
  } finally {
    await db.destroy()
  }
}
