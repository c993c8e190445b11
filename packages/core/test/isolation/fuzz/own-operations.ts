import { sql } from 'kysely'
import { drawAmount, drawConta, drawId, NOTHING, type Operation } from './operation.js'

/** What a tenant does with rows of its own. */
export const OWN_OPERATIONS: readonly Operation[] = [
  {
    name: 'select',
    run: async ({ db, model }) => ({
      found: await db.select('contas', {
        columns: ['id', 'codigo', 'valor'],
        orderBy: [{ column: 'id' }],
      }),
      expected: model.rowsOfContas(),
    }),
  },
  {
    name: 'select with a filter',
    run: async ({ db, model, random }) => {
      const low = random.integer(0, 50)
      return {
        found: await db.count('contas', {
          where: { $or: [{ valor: { $gte: low } }, { codigo: null }] },
        }),
        expected: model.rowsOfContas().filter((row) => row.valor >= low || row.codigo === null)
          .length,
      }
    },
  },
  {
    name: 'a builder',
    run: async ({ module, model }) => ({
      found: await module.db
        .selectFrom('lancamentos')
        .select(['id', 'conta', 'valor'])
        .orderBy('id')
        .execute(),
      expected: model.rowsOfLancamentos(),
    }),
  },
  {
    name: 'a stream',
    run: async ({ db, model, random }) => {
      const rows: object[] = []
      const stop = random.integer(1, 20)
      const stream = db.stream('contas', {
        columns: ['id', 'codigo', 'valor'],
        orderBy: [{ column: 'id' }],
        chunkSize: random.integer(1, 4),
      })
      for await (const row of stream) if (rows.push(row) >= stop) break
      return { found: rows, expected: model.rowsOfContas().slice(0, stop) }
    },
  },
  {
    name: 'a raw join by a key that every tenant has',
    run: async ({ db, model }) => ({
      found: await db.query(
        `select l.id, c.codigo from lancamentos l join contas c on c.id = l.conta order by l.id`,
      ),
      expected: model.rowsOfLancamentos().map((row) => ({
        id: row.id,
        codigo: model.contas.get(Number(row.conta))?.codigo ?? null,
      })),
    }),
  },
  {
    name: 'raw aggregates in a CTE',
    run: async ({ db, model }) => ({
      found: await db.query(`with s as materialized (select sum(valor)::int as soma from contas)
        select coalesce(soma, 0) as soma, (select count(*)::int from lancamentos) as n from s`),
      expected: [
        {
          soma: model.rowsOfContas().reduce((sum, row) => sum + row.valor, 0),
          n: model.lancamentos.size,
        },
      ],
    }),
  },
  {
    name: 'insert of several rows',
    run: async (actor, expects) => {
      const rows = Array.from({ length: actor.random.integer(1, 3) }, () => drawConta(actor))
      expects(actor.model.insertContas(rows))
      return {
        found: await actor.db.insert('contas', rows, { returning: false }),
        expected: { affectedRows: rows.length },
      }
    },
  },
  {
    name: 'a raw insert',
    run: async (actor, expects) => {
      const row = drawConta(actor)
      expects(actor.model.insertContas([row]))
      const found = await actor.db.query(
        `insert into contas (id, codigo, valor) values ($1, $2, $3) returning organization_id`,
        [row.id, row.codigo, row.valor],
      )
      return { found, expected: [{ organization_id: actor.tenant }] }
    },
  },
  {
    name: 'upsert',
    run: async (actor, expects) => {
      const row = drawConta(actor)
      expects(actor.model.upsertConta(row))
      const found = await actor.db.upsert('contas', [row], {
        conflict: ['id'],
        returning: ['valor'],
      })
      return { found, expected: [{ valor: row.valor }] }
    },
  },
  {
    name: 'a raw upsert',
    run: async (actor, expects) => {
      const row = drawConta(actor)
      expects(actor.model.upsertConta(row))
      await actor.db.query(
        `insert into contas (id, codigo, valor) values ($1, $2, $3) on conflict (organization_id, id)
         do update set codigo = excluded.codigo, valor = excluded.valor`,
        [row.id, row.codigo, row.valor],
      )
      return NOTHING
    },
  },
  {
    name: 'update',
    run: async (actor, expects) => {
      const key = drawId(actor)
      const valor = drawAmount(actor)
      const ids = actor.model.contas.has(key) ? [key] : []
      expects(actor.model.updateContas(ids, valor))
      const found = await actor.db.update('contas', { valor }, { where: { id: key } })
      return { found, expected: { affectedRows: ids.length } }
    },
  },
  {
    name: 'update of all rows',
    run: async (actor, expects) => {
      const valor = drawAmount(actor)
      const ids = [...actor.model.contas.keys()]
      expects(actor.model.updateContas(ids, valor))
      const { rows } = await sql`update contas set valor = ${valor} returning id`.execute(
        actor.module.db,
      )
      return { found: rows.length, expected: ids.length }
    },
  },
  {
    name: 'delete, which cascades',
    run: async (actor) => {
      const key = drawId(actor)
      const expected = { affectedRows: actor.model.deleteConta(key) }
      return { found: await actor.db.delete('contas', { where: { id: key } }), expected }
    },
  },
  {
    name: 'insert with a reference',
    run: async (actor, expects) => {
      const row = { id: actor.random.integer(1, 30), conta: drawId(actor), valor: 1 }
      expects(actor.model.insertLancamento(row.id, row))
      await actor.db.insert('lancamentos', [row])
      return NOTHING
    },
  },
  {
    name: 'an error of an expression',
    run: async ({ db }, expects) => {
      expects('22012')
      await db.query('select 1 / (random() * 0)::int')
      return NOTHING
    },
  },
  {
    name: 'settings that are left behind',
    run: async ({ db }) => {
      await db.query(`select set_config('search_path', 'pg_catalog', false),
        set_config('plataforma.context', '', false), pg_advisory_lock(42)`)
      return NOTHING
    },
  },
]
