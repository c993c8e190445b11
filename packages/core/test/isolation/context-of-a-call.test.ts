import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, B, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'

const CHANGED = 'PLT_CONTEXT_CHANGED_IN_TRANSACTION'

describe.each(GRADES)('whose context a call runs in, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  const asA = <T>(fn: () => T | Promise<T>) => setting.as(A, fn)
  const asB = <T>(fn: () => T | Promise<T>) => setting.as(B, fn)
  const namesOf = (rows: readonly object[]) =>
    rows.map((row) => ('nome' in row ? row.nome : undefined)).sort()
  const OF_A = ['A1', 'A2']
  const OF_B = ['B1', 'B2']

  /** Every way into an open transaction. */
  const entries: Readonly<Record<string, (it: Setting) => Promise<unknown>>> = {
    'a verb': ({ vendas }) => vendas.select('itens'),
    'a write': ({ vendas }) => vendas.update('itens', { valor: 0 }, { where: { id: 1 } }),
    'raw SQL': ({ vendas }) => vendas.query('select * from itens'),
    'a builder': ({ vendas }) => vendas.db.selectFrom('itens').selectAll().execute(),
    'a fragment': ({ vendas }) => sql`select * from itens`.execute(vendas.db),
    'a nested transaction': ({ vendas }) => vendas.transaction((tx) => tx.select('itens')),
    'a nested transaction of Kysely': ({ vendas }) =>
      vendas.db.transaction().execute((trx) => trx.selectFrom('itens').selectAll().execute()),
    'a stream': async ({ vendas }) => {
      for await (const row of vendas.stream('itens')) void row
    },
    'a stream of Kysely': async ({ vendas }) => {
      for await (const row of vendas.db.selectFrom('itens').selectAll().stream()) void row
    },
    'another module': ({ estoque }) => estoque.select('itens'),
    'a transaction across modules': ({ database }) =>
      database.transaction((tx) => tx.module('estoque').select('itens')),
  }

  it.each(Object.entries(entries))(
    'refuses a change of tenant before COMMIT: %s',
    async (_, run) => {
      const refused = await asA(() =>
        setting.vendas.transaction(async (tx) => {
          await tx.select('itens')
          const inside = await refusalOf(() => asB(() => run(setting)))
          expect(namesOf(await tx.select('itens'))).toEqual(OF_A)
          return inside
        }),
      )
      expect(refused).toBe(CHANGED)
      expect(await asA(() => setting.vendas.count('itens', { where: { valor: 0 } }))).toBe(0)
    },
  )

  it('refuses a handle of a transaction in the context of another tenant', async () => {
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    const { promise: handle, resolve: open } =
      Promise.withResolvers<Parameters<Parameters<typeof setting.vendas.transaction>[0]>[0]>()
    const running = asA(() =>
      setting.vendas.transaction(async (tx) => {
        await tx.select('itens')
        open(tx)
        await done
      }),
    )
    const tx = await handle
    expect(await asB(() => refusalOf(() => tx.select('itens')))).toBe(CHANGED)
    expect(await asB(() => refusalOf(() => tx.query('select 1')))).toBe(CHANGED)
    expect(
      await asB(() =>
        refusalOf(async () => {
          for await (const row of tx.stream('itens')) void row
        }),
      ),
    ).toBe(CHANGED)
    finish()
    await running
    expect(await asA(() => refusalOf(() => tx.select('itens')))).toBe('PLT_TRANSACTION_CLOSED')
  })

  it('refuses a transaction of Kysely in the context of another tenant', async () => {
    const trx = await asA(() => setting.vendas.db.startTransaction().execute())
    try {
      expect(await asB(() => refusalOf(() => trx.selectFrom('itens').selectAll().execute()))).toBe(
        CHANGED,
      )
      expect(await asB(() => refusalOf(() => sql`select * from itens`.execute(trx)))).toBe(CHANGED)
      const rows = await asA(() => trx.selectFrom('itens').selectAll().execute())
      expect(namesOf(rows)).toEqual(OF_A)
    } finally {
      await trx.rollback().execute()
    }
  })

  it('runs a builder for whoever executes it', async () => {
    const { vendas } = setting
    const ofVerbs = await asA(async () => vendas.from('itens').orderBy('id'))
    const ofKysely = await asA(async () => vendas.db.selectFrom('itens').selectAll().orderBy('id'))
    const compiled = await asA(async () => ofKysely.compile())
    for (const [as, names] of [
      [asB, OF_B],
      [asA, OF_A],
      [asB, OF_B],
    ] as const) {
      expect(namesOf(await as(() => ofVerbs.execute()))).toEqual(names)
      expect(namesOf(await as(() => ofKysely.execute()))).toEqual(names)
      expect(namesOf((await as(() => vendas.db.executeQuery(compiled))).rows)).toEqual(names)
    }
  })

  it('runs a stream of a verb for whoever called it, whoever reads', async () => {
    const { vendas } = setting
    const stream = await asA(async () => vendas.stream('itens', { chunkSize: 1 }))
    const rows: object[] = []
    await asB(async () => {
      for await (const row of stream) {
        rows.push(row)
        await Promise.resolve()
      }
    })
    expect(namesOf(rows)).toEqual(OF_A)
  })

  it('runs a stream of Kysely for whoever reads it first, to its end', async () => {
    const { vendas } = setting
    const stream = await asA(async () =>
      vendas.db.selectFrom('itens').selectAll().stream(1)[Symbol.asyncIterator](),
    )
    const first = await asB(() => stream.next())
    const second = await asA(() => stream.next())
    expect(namesOf([first.value, second.value])).toEqual(OF_B)
    await stream.return?.()
  })

  it('runs a call for whoever made it, whoever awaits it', async () => {
    const { vendas } = setting
    const calls = await asA(async () => ({
      verb: vendas.select('itens'),
      raw: vendas.query('select * from itens'),
      kysely: vendas.db.selectFrom('itens').selectAll().execute(),
      transaction: vendas.transaction((tx) => tx.select('itens')),
    }))
    await asB(async () => {
      for (const call of Object.values(calls)) expect(namesOf(await call)).toEqual(OF_A)
    })
  })

  it('takes the context as it was given, whatever becomes of the object', async () => {
    const { vendas, database } = setting
    const context = { tenantId: A, roles: ['reader'] }
    const read = () => vendas.select('itens')
    expect(namesOf(await database.withContext(context, read))).toEqual(OF_A)
    context.tenantId = B
    expect(namesOf(await database.withContext(context, read))).toEqual(OF_B)
    await database.withContext(context, async () => {
      context.tenantId = A
      expect(namesOf(await read())).toEqual(OF_B)
      expect(namesOf(await vendas.query('select * from itens'))).toEqual(OF_B)
    })
    let turn = 0
    const fickle = {
      get tenantId() {
        return turn++ === 0 ? A : B
      },
    }
    await database.withContext(fickle, async () => {
      expect(namesOf(await read())).toEqual(OF_A)
      expect(namesOf(await read())).toEqual(OF_A)
    })
  })

  it('does not carry a tenant into callbacks that run after its transaction', async () => {
    const { vendas } = setting
    const rows = Promise.withResolvers<object[]>()
    await asA(() =>
      vendas.transaction(async (tx) => {
        await tx.select('itens')
        tx.afterCommit(async () => {
          rows.resolve(await asB(() => vendas.select('itens')))
        })
      }),
    )
    expect(namesOf(await rows.promise)).toEqual(OF_B)
  })

  it('needs a context for every way in', async () => {
    for (const [name, run] of Object.entries(entries)) {
      expect([name, await refusalOf(() => run(setting))]).toEqual([
        name,
        'PLT_TENANT_CONTEXT_REQUIRED',
      ])
    }
  })
})
