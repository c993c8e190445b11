import { CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { SessionAttack } from './session-attack.js'

/** Settings that outlive a statement; `RESET ALL` does not reach the role. */
const SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  datestyle: 'SQL, DMY',
  search_path: 'pg_catalog',
  row_security: 'off',
  'plataforma.context': 'forged',
  'plataforma.loot': 'left behind',
  statement_timeout: '60001',
  lock_timeout: '60001',
  timezone: 'Pacific/Kiritimati',
  client_encoding: 'LATIN1',
  extra_float_digits: '-15',
  transform_null_equals: 'on',
  bytea_output: 'escape',
  role: 'none',
}

const LIST = Object.entries(SETTINGS)
  .map(([name, value]) => `set_config('${name}', '${value}', false)`)
  .join(', ')
const SET_ALL = `select ${LIST}`
const SET_HIDDEN = `select query_to_xml(${quoted(SET_ALL)}, true, false, '')`

const fragment = (): RawBuilder<string> =>
  sql<string>`concat(${sql.raw(
    Object.entries(SETTINGS)
      .filter(([name]) => name !== 'role')
      .map(([name, value]) => `set_config('${name}', '${value}', false)`)
      .join(', '),
  )})`

/** What an attacker sets for the session, by every way that a module's SQL can be sent. */
export const SETTING_ATTACKS: readonly SessionAttack[] = [
  { name: 'settings in raw SQL', run: ({ vendas }) => vendas.query(SET_ALL) },
  {
    name: 'settings in a CTE',
    run: ({ vendas }) => vendas.query(`with s as materialized (${SET_ALL}) select count(*) from s`),
  },
  {
    name: 'the session’s own authorization, which RESET ALL leaves',
    run: ({ vendas }) =>
      vendas.query("select set_config('session_authorization', session_user, false)"),
  },
  {
    name: 'the session’s own authorization in a transaction',
    run: ({ vendas }) =>
      vendas.transaction((tx) =>
        tx.query("select set_config('session_authorization', session_user, false)"),
      ),
  },
  {
    name: 'the authorization of whoever made the database',
    run: ({ vendas }) =>
      vendas.query(
        `select set_config('session_authorization', datdba::regrole::text, false)
          from pg_database where datname = current_database()`,
      ),
    refused: '42501',
  },
  { name: 'settings hidden in query_to_xml', run: ({ vendas }) => vendas.query(SET_HIDDEN) },
  {
    name: 'settings in a string inside a string',
    run: ({ vendas }) =>
      vendas.query(`select query_to_xml(${quoted(SET_HIDDEN)}, true, false, '')`),
  },
  {
    name: 'settings in a parameter',
    run: ({ vendas }) => vendas.query("select query_to_xml($1, true, false, '')", [SET_ALL]),
  },
  {
    name: 'settings in the statement that ts_stat runs',
    run: ({ vendas }) =>
      vendas.query('select * from ts_stat($1)', [
        "select to_tsvector(set_config('datestyle', 'SQL, DMY', false))",
      ]),
  },
  {
    name: 'the own context kept for the session',
    run: ({ vendas }) =>
      vendas.query(
        `select set_config('plataforma.context', current_setting('plataforma.context'), false)`,
      ),
  },
  {
    name: 'settings by a function of the module',
    run: ({ vendas }) => vendas.query('select execute_text($1)', [SET_ALL]),
  },
  {
    name: 'settings by a write that returns them',
    run: ({ vendas }) =>
      vendas.query(`update itens set valor = valor where id = 1 returning ${LIST}`),
  },
  {
    name: 'settings in a MERGE',
    run: ({ vendas }) =>
      vendas.query(
        `merge into itens using (${SET_ALL}) as s on false when matched then do nothing`,
      ),
  },
  {
    name: 'settings, then an error',
    run: ({ vendas }) => vendas.query(`${SET_ALL}, 1 / (random() * 0)::int`),
    refused: '22012',
  },
  {
    name: 'settings in a fragment of a builder',
    run: ({ vendas }) => vendas.db.selectFrom('itens').select(fragment().as('x')).execute(),
  },
  {
    name: 'settings by the name of a function in a builder',
    run: ({ vendas }) =>
      vendas.db
        .selectFrom('itens')
        .select(({ fn, val }) =>
          fn('set_config', [val('datestyle'), val('SQL, DMY'), val(false)]).as('x'),
        )
        .execute(),
  },
  {
    name: 'settings by an aggregate function of a builder',
    run: ({ vendas }) =>
      vendas.db
        .selectFrom('itens')
        .select(({ fn, lit }) =>
          fn.agg('query_to_xml', [sql.lit(SET_ALL), lit(true), lit(false), sql.lit('')]).as('x'),
        )
        .execute(),
  },
  {
    name: 'settings in text that a builder quotes badly',
    run: ({ vendas }) =>
      vendas.db
        .selectFrom('itens')
        .select(sql.lit(`' || set_config('datestyle', 'SQL, DMY', false) || '`).as('x'))
        .select(sql.ref('nome').as(`"', set_config('datestyle', 'SQL, DMY', false) as "y`))
        .execute(),
  },
  {
    name: 'settings behind the tree of a harmless builder',
    run: ({ vendas }) => {
      const compiled = vendas.db.selectFrom('itens').select('id').compile()
      return vendas.db.executeQuery({ ...compiled, sql: SET_ALL, parameters: [] })
    },
  },
  {
    name: 'settings behind the tree of a harmless builder, by inheritance',
    run: ({ vendas }) => {
      const compiled = vendas.db.selectFrom('itens').select('id').compile()
      return vendas.db.executeQuery(Object.create(compiled, { sql: { value: SET_ALL } }))
    },
  },
  {
    name: 'settings behind the tree of a harmless builder, by a proxy',
    run: ({ vendas }) => {
      const compiled = vendas.db.selectFrom('itens').select('id').compile()
      const proxy = new Proxy({} as typeof compiled, {
        get: (_, key) => (key === 'sql' ? SET_ALL : Reflect.get(compiled, key)),
      })
      return vendas.db.executeQuery(proxy)
    },
  },
  {
    name: 'settings in a CompiledQuery with the tree of a harmless builder',
    run: ({ vendas }) => {
      const { query } = vendas.db.selectFrom('itens').select('id').compile()
      return vendas.db.executeQuery({ ...CompiledQuery.raw(SET_ALL), query })
    },
  },
  {
    name: 'settings in a stream read to its end',
    run: async ({ vendas }) => {
      const rows = vendas.db.selectFrom('itens').select(fragment().as('x')).stream(1)
      for await (const row of rows) void row
    },
  },
  {
    name: 'settings in a stream that is left early',
    run: async ({ vendas }) => {
      const rows = vendas.db.selectFrom('itens').select(fragment().as('x')).stream(1)
      for await (const row of rows) if (row) break
    },
  },
  {
    name: 'settings in a stream that fails',
    run: async ({ vendas }) => {
      const rows = vendas.db
        .selectFrom('itens')
        .select([fragment().as('x'), sql`1 / (id - 2)`.as('y')])
        .stream(1)
      for await (const row of rows) void row
    },
    refused: '22012',
  },
  {
    name: 'settings on a connection that is held',
    run: ({ vendas }) => vendas.db.connection().execute((held) => sql.raw(SET_ALL).execute(held)),
  },
  {
    name: 'settings in a transaction',
    run: ({ vendas }) => vendas.transaction((tx) => tx.query(SET_ALL)),
  },
  {
    name: 'settings in a transaction of Kysely',
    run: ({ vendas }) => vendas.db.transaction().execute((trx) => sql.raw(SET_ALL).execute(trx)),
  },
  {
    name: 'settings in a controlled transaction',
    run: async ({ vendas }) => {
      const trx = await vendas.db.startTransaction().execute()
      await sql.raw(SET_ALL).execute(trx)
      await trx.commit().execute()
    },
  },
  {
    name: 'settings in a transaction across modules',
    run: ({ database }) => database.transaction((tx) => tx.module('vendas').query(SET_ALL)),
  },
  {
    name: 'settings in a nested transaction',
    run: ({ vendas }) =>
      vendas.transaction(() => vendas.transaction((inner) => inner.query(SET_ALL))),
  },
  {
    name: 'settings in a transaction whose commit fails',
    run: ({ vendas }) =>
      vendas.transaction(async (tx) => {
        await tx.query(SET_ALL)
        await tx.insert('adiadas', [{ id: 1 }])
      }),
    refused: 'P0001',
  },
  {
    name: 'settings by a constraint trigger that is deferred to the commit',
    run: ({ vendas }) =>
      vendas.transaction((tx) => tx.query('insert into atrasadas (texto) values ($1)', [SET_ALL])),
  },
  {
    name: 'settings by a constraint trigger that is deferred, in one statement',
    run: ({ vendas }) => vendas.query('insert into atrasadas (texto) values ($1)', [SET_ALL]),
  },
]

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
