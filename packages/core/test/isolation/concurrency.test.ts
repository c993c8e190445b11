import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUTHORS_CODE } from './authors-code.js'
import { Random } from './fuzz/random.js'
import { GRADES, Setting } from './setting.js'

const SEED = Number(process.env.PLATAFORMA_FUZZ_SEED ?? randomInt(2 ** 31))
const ROUNDS = 40
const TENANTS = Array.from(
  { length: 12 },
  (_, at) => `0190a7c2-0000-7000-8000-0000000000${(16 + at).toString(16)}`,
)

/** What a call may end with when it is aborted, or its backend killed; nothing else. */
const INTERRUPTED = new Set([
  'PLT_TIMEOUT',
  'PLT_DATABASE_UNAVAILABLE',
  'PLT_OUTCOME_UNKNOWN',
  'PLT_TRANSACTION_ABORTED',
  'AbortError',
  // As `pg` throws them from a handle of Kysely.
  '57P01',
  'Connection terminated unexpectedly',
  'aborted by the test',
])

describe.each(GRADES)('many tenants at once on few sessions, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await Setting.open(grade, { poolConfig: { max: 3 } })
    const vendas = await setting.database.createModule('vendas')
    await vendas.createTable('itens', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'nome', type: 'TEXT' },
    ])
    await setting.asAuthor(AUTHORS_CODE)
    for (const tenant of TENANTS) {
      const rows = Array.from({ length: 20 }, (_, id) => ({ id, nome: tenant }))
      await setting.as(tenant, () => vendas.insert('itens', rows))
    }
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  /** The ways of reading; `signal` may end any of them at any moment. */
  const reads: readonly ((signal: AbortSignal) => Promise<readonly object[]>)[] = [
    (signal) => setting.vendas.select('itens', { signal }),
    (signal) => setting.vendas.query('select * from itens', [], { signal }),
    (signal) => setting.vendas.query('select *, pg_sleep(0.002) from itens', [], { signal }),
    () => setting.vendas.db.selectFrom('itens').selectAll().execute(),
    (signal) =>
      setting.vendas.query(
        `select *, set_config('search_path', 'pg_catalog', false),
          pg_advisory_lock_shared(id) from itens`,
        [],
        { signal },
      ),
    (signal) =>
      setting.vendas.query(
        `select *, execute_text('prepare p' || id || ' as select 1') from itens`,
        [],
        {
          signal,
        },
      ),
    async (signal) => {
      const rows: object[] = []
      for await (const row of setting.vendas.stream('itens', { chunkSize: 3, signal }))
        rows.push(row)
      return rows
    },
    async () => {
      const rows: object[] = []
      const stream = setting.vendas.db.selectFrom('itens').selectAll().stream(2)
      for await (const row of stream) {
        rows.push(row)
        if (rows.length === 5) break
      }
      return rows
    },
    (signal) =>
      setting.vendas.transaction(
        async (tx) => {
          const first = await tx.select('itens')
          await tx.update('itens', { nome: first.map((row) => row.nome)[0] }, { all: true })
          const second = await sql<object>`select * from itens`.execute(setting.vendas.db)
          return [...first, ...second.rows]
        },
        { signal },
      ),
    (signal) =>
      setting.database.transaction(
        async (tx) => {
          const rows = await tx.module('vendas').select('itens')
          if (rows.length % 2 === 1) throw new Error('aborted by the test')
          return await tx.module('vendas').query('select * from itens')
        },
        { signal },
      ),
  ]

  /** One context for the whole life, as a request has it, on whichever sessions are free. */
  const live = (tenant: string, random: Random): Promise<string[]> =>
    setting.as(tenant, async () => {
      const codes: string[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const calls = Array.from({ length: random.integer(1, 2) }, () => call(tenant, random))
        codes.push(...(await Promise.all(calls)))
      }
      return codes
    })

  async function call(tenant: string, random: Random): Promise<string> {
    const abort = new AbortController()
    const read = random.pick(reads)
    const afterMs = random.integer(0, 12)
    const timer = random.chance(0.4) ? setTimeout(() => abort.abort(), afterMs) : undefined
    try {
      const rows = await read(abort.signal)
      // The rows of a stream that is left early are fewer, never others.
      const seen = new Set(rows.map((row) => ('nome' in row ? row.nome : row)))
      expect(seen).toEqual(new Set([tenant]))
      return 'read'
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'AssertionError') throw error
      if ('code' in error && typeof error.code === 'string') return error.code
      return error.name === 'Error' ? error.message : error.name
    } finally {
      clearTimeout(timer)
    }
  }

  const liveTogether = async (salt: number) => {
    const lives = TENANTS.map((tenant, at) => live(tenant, new Random(SEED + salt + at)))
    return (await Promise.all(lives)).flat()
  }

  const expectSane = (codes: readonly string[]) => {
    const others = codes.filter((code) => code !== 'read' && !INTERRUPTED.has(code))
    expect([...new Set(others)]).toEqual([])
    expect(codes.filter((code) => code === 'read').length).toBeGreaterThan(codes.length / 4)
    expect(codes.some((code) => code !== 'read')).toBe(true)
  }

  const expectUntouched = async () => {
    const rows = await setting.truth(
      `select organization_id as tenant, nome, count(*)::int from module_vendas.itens
       group by 1, 2 order by 1`,
    )
    expect(rows).toEqual(TENANTS.map((tenant) => ({ tenant, nome: tenant, count: 20 })))
    for (const tenant of TENANTS) {
      expect(await setting.as(tenant, () => setting.vendas.count('itens'))).toBe(20)
    }
    const locks = await setting.truth(
      `select pid from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`,
    )
    expect(locks).toEqual([])
  }

  it('shows nobody another’s rows while calls are aborted', { timeout: 60_000 }, async () => {
    expectSane(await liveTogether(0))
    await expectUntouched()
  })

  it('shows nobody another’s rows while backends are killed', { timeout: 60_000 }, async () => {
    const ended = new AbortController()
    const killing = (async () => {
      while (!ended.signal.aborted) {
        await setting.truth(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and usename = $1 order by random() limit 1`,
          [setting.login],
        )
        await pause(25)
      }
    })()
    const codes = await liveTogether(100)
    ended.abort()
    await killing
    expectSane(codes)
    await expectUntouched()
  })

  it('cancels no statement but the one that was aborted', { timeout: 60_000 }, async () => {
    const [attacker, victim] = TENANTS as [string, string]
    for (let round = 0; round < 60; round++) {
      const slow = setting.as(attacker, () =>
        setting.vendas.query('select pg_sleep(0.02)', [], { timeoutMs: 1 + (round % 25) }),
      )
      await slow.catch((error: { code?: string }) => expect(error.code).toBe('PLT_TIMEOUT'))
      const rows = await Promise.all(
        [1, 2, 3].map(() =>
          setting.as(victim, () => setting.vendas.query('select nome, pg_sleep(0.001) from itens')),
        ),
      )
      expect(rows.flat().every((row) => row.nome === victim)).toBe(true)
    }
  })
})
