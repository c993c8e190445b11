import { drawConta, drawId, drawOther, NOTHING, type Operation } from './operation.js'

const OPERATIONS: readonly Operation[] = [
  {
    name: 'select of another tenant',
    run: async (actor) => ({
      found: await actor.db.select('contas', { where: { organization_id: drawOther(actor) } }),
      expected: [],
    }),
  },
  {
    name: 'a raw join with another tenant',
    run: async (actor) => ({
      found: await actor.db.query(
        `select 1 from contas a, contas b where a.organization_id <> b.organization_id
         union all select 1 from lancamentos where organization_id = $1`,
        [drawOther(actor)],
      ),
      expected: [],
    }),
  },
  {
    name: 'insert of a row of another tenant',
    run: async (actor, expects) => {
      expects('PLT_TENANT_MISMATCH')
      await actor.db.insert('contas', [
        { ...drawConta(actor), organization_id: drawOther(actor), valor: 1 },
      ])
      return NOTHING
    },
  },
  {
    name: 'a raw insert of a row of another tenant',
    run: async (actor, expects) => {
      expects('PLT_TENANT_MISMATCH')
      await actor.db.query('insert into contas (id, organization_id, valor) values ($1, $2, 1)', [
        drawId(actor),
        drawOther(actor),
      ])
      return NOTHING
    },
  },
  {
    name: 'a move to another tenant',
    run: async (actor, expects) => {
      const key = drawId(actor)
      const exists = actor.model.contas.has(key)
      expects(exists ? 'PLT_TENANT_MISMATCH' : undefined)
      const found = await actor.db.query(
        'update contas set organization_id = $1 where id = $2 returning id',
        [drawOther(actor), key],
      )
      return { found, expected: [] }
    },
  },
  {
    name: 'update of rows of another tenant',
    run: async (actor) => ({
      found: await actor.db.update(
        'contas',
        { valor: 0 },
        { where: { organization_id: drawOther(actor) } },
      ),
      expected: { affectedRows: 0 },
    }),
  },
  {
    name: 'a builder that deletes rows of another tenant',
    run: async (actor) => ({
      found: await actor.module.db
        .deleteFrom('contas')
        .where('organization_id', '=', drawOther(actor))
        .returning('id')
        .execute(),
      expected: [],
    }),
  },
  {
    name: 'a merge with rows of another tenant',
    run: async (actor) => {
      await actor.db.query(
        `merge into contas t using (values ($1::uuid)) as v (tenant) on t.organization_id = v.tenant
         when matched then delete when not matched then do nothing`,
        [drawOther(actor)],
      )
      return NOTHING
    },
  },
  {
    name: 'an upsert onto a row of another tenant',
    run: async (actor, expects) => {
      expects('PLT_TENANT_MISMATCH')
      await actor.db.query(
        `insert into contas (id, organization_id, valor) values ($1, $2, 0)
         on conflict (organization_id, id) do update set valor = 0`,
        [drawId(actor), drawOther(actor)],
      )
      return NOTHING
    },
  },
  {
    name: 'a context of another tenant by hand',
    run: async (actor, expects) => {
      expects('PLT02')
      await actor.db.query(
        `with s as materialized (select set_config('plataforma.context', replace(
             current_setting('plataforma.context'), $1, $2), true) as x)
         select query_to_xml('select * from contas where ' || (x <> '')::text, true, false, '')
         from s`,
        [actor.tenant, drawOther(actor)],
      )
      return NOTHING
    },
  },
]

/** What a tenant does to reach rows of another. */
export const FOREIGN_OPERATIONS: readonly Operation[] = OPERATIONS.map((operation) => ({
  ...operation,
  foreign: true,
}))
