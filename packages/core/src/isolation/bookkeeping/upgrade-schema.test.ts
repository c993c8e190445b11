import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlataformaDialect } from '../../dialect/plataforma-dialect.js'
import { type SchemaUpgrade, upgradeSchema } from './upgrade-schema.js'

let target: TestDatabase
const open: Kysely<unknown>[] = []

beforeAll(async () => {
  target = await testDatabase()
})

afterAll(async () => {
  for (const db of open) await db.destroy()
  await target.drop()
})

/** Another process: a pool of its own. */
function handle(): Kysely<unknown> {
  const pool = new pg.Pool({ connectionString: target.connectionString, max: 1 })
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ pool }) })
  open.push(db)
  return db
}

const notes = (name: string): SchemaUpgrade['steps'] => [
  async (trx) => {
    await sql`create table plataforma.${sql.id(name)} (id int)`.execute(trx)
  },
  async (trx) => {
    await sql`alter table plataforma.${sql.id(name)} add column nota text`.execute(trx)
  },
]

const versionOf = async (name: string) => {
  const { rows } = await sql<{ version: number }>`
    select version from plataforma.versions where package = ${name}`.execute(handle())
  return rows[0]?.version
}

describe('the tables of a package', () => {
  it('are made once by many processes at once', async () => {
    const steps = notes('muitas')
    const all = Array.from({ length: 8 }, () => upgradeSchema(handle(), { package: 'many', steps }))
    await Promise.all(all)
    expect(await versionOf('many')).toBe(2)
  })

  it('are brought on from the version that they have', async () => {
    const steps = notes('aos_poucos')
    const db = handle()
    await upgradeSchema(db, { package: 'gradual', steps: steps.slice(0, 1) })
    expect(await versionOf('gradual')).toBe(1)
    await upgradeSchema(db, { package: 'gradual', steps })
    await sql`insert into plataforma.aos_poucos values (1, 'a')`.execute(db)
    expect(await versionOf('gradual')).toBe(2)
  })

  it('are left alone by an older version of the package', async () => {
    const steps = notes('mais_nova')
    await upgradeSchema(handle(), { package: 'newer', steps })
    await upgradeSchema(handle(), { package: 'newer', steps: steps.slice(0, 1) })
    expect(await versionOf('newer')).toBe(2)
  })

  it('stay at their version where a step fails, and nothing of it stays', async () => {
    const [first] = notes('meias')
    if (first === undefined) throw new Error('no step')
    const fail = async () => {
      throw new Error('not today')
    }
    const db = handle()
    await expect(upgradeSchema(db, { package: 'half', steps: [first, fail] })).rejects.toThrow(
      'not today',
    )
    expect(await versionOf('half')).toBeUndefined()
    await upgradeSchema(db, { package: 'half', steps: [first] })
    expect(await versionOf('half')).toBe(1)
  })
})
