import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BundledProgram, bundleProgram } from '@plataforma/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Migrated } from '../src/run/engine.fixture.js'

const run = promisify(execFile)
let program: BundledProgram

beforeAll(async () => {
  program = await bundleProgram({
    entry: fileURLToPath(new URL('./deploy.program.ts', import.meta.url)),
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
    external: ['pg', 'kysely', 'libpg-query', 'kysely-codegen'],
  })
})

afterAll(() => program[Symbol.asyncDispose]())

/** Twenty migrations of three modules, one of which builds an index concurrently. */
function twenty(): Record<string, string> {
  const files: Record<string, string> = {}
  for (let n = 1; n <= 20; n++) {
    const module = ['vendas', 'estoque', 'fiscal'][n % 3] ?? ''
    const number = String(n).padStart(3, '0')
    const index = n === 10 ? 'CREATE INDEX CONCURRENTLY t10_n ON t10 (n);' : ''
    files[`${module}/${number}_t.sql`] = `CREATE TABLE t${n} (n int PRIMARY KEY);${index}`
  }
  return files
}

const ROUNDS = Number(process.env.PLATAFORMA_TEST_ROUNDS ?? 3)

it(`six deployers at once, ${ROUNDS} rounds: each migration is applied once`, {
  timeout: 60_000 * ROUNDS,
}, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await using migrated = await Migrated.make(twenty())
    const { connectionString } = migrated.database
    const deployers = Array.from({ length: 6 }, () =>
      run(process.execPath, [program.path, connectionString, migrated.directory]),
    )
    const outputs = await Promise.all(deployers)
    const applied = outputs.flatMap(({ stdout }): string[] => JSON.parse(stdout))
    expect(applied).toHaveLength(20)
    expect(new Set(applied).size).toBe(20)
    expect(await migrated.rows('SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([])
    expect(
      await migrated.rows(
        'SELECT event, count(*)::int AS n FROM plataforma.migration_events GROUP BY event',
      ),
    ).toEqual([{ event: 'applied', n: 20 }])
  }
})
