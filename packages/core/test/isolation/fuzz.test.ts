import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Life } from './fuzz/life.js'
import { GRADES, Setting } from './setting.js'

/** Give PLATAFORMA_FUZZ_SEED the number that a failing run printed to repeat it. */
const SEED = Number(process.env.PLATAFORMA_FUZZ_SEED ?? randomInt(2 ** 31))
const OPERATIONS = Number(process.env.PLATAFORMA_FUZZ_OPERATIONS ?? 10_000)
const TENANTS = Array.from(
  { length: 8 },
  (_, at) => `0190a7c2-0000-7000-8000-0000000000${(16 + at).toString(16)}`,
)

describe.each(GRADES)('random operations of many tenants, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await Setting.open(grade, { poolConfig: { max: 3 } })
    const vendas = await setting.database.createModule('vendas')
    await vendas.createTable('contas', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'codigo', type: 'TEXT', unique: true },
      { name: 'valor', type: 'INTEGER', check: 'valor >= 0' },
    ])
    await vendas.createTable('lancamentos', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'conta', type: 'BIGINT', references: { table: 'contas', onDelete: 'cascade' } },
      { name: 'valor', type: 'INTEGER' },
    ])
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  it(`agrees with the oracle in every answer (seed ${SEED})`, { timeout: 60_000 }, async () => {
    console.info(`PLATAFORMA_FUZZ_SEED=${SEED}`)
    const lives = TENANTS.map(
      (tenant, at) =>
        new Life(setting, {
          tenant,
          others: TENANTS.filter((other) => other !== tenant),
          seed: SEED + at,
        }),
    )
    const each = Math.ceil(OPERATIONS / GRADES.length / lives.length)
    await Promise.all(lives.map((life) => life.live(each)))

    const total = { all: 0, foreign: 0, refused: 0, nested: 0, rolledBack: 0 }
    for (const { counts } of lives) {
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += counts[key]
    }
    expect(total.all).toBeGreaterThanOrEqual(OPERATIONS / GRADES.length)
    expect(total.foreign).toBeGreaterThan(total.all / 5)
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(0)

    for (const [at, tenant] of TENANTS.entries()) {
      const contas = await setting.truth(
        'select id, codigo, valor from module_vendas.contas where organization_id = $1 order by id',
        [tenant],
      )
      const lancamentos = await setting.truth(
        'select id, conta, valor from module_vendas.lancamentos where organization_id = $1 order by id',
        [tenant],
      )
      expect(contas).toEqual(lives[at]?.model.rowsOfContas())
      expect(lancamentos).toEqual(lives[at]?.model.rowsOfLancamentos())
    }
  })
})
