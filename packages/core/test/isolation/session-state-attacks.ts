import { sql } from 'kysely'
import type { SessionAttack } from './session-attack.js'
import type { Setting } from './setting.js'

const LOCKS = 'select pg_advisory_lock(g) from generate_series(1, 2000) as g'

/** Replaces prepared statements of the session by another of the same name. */
const rePrepare = (which: string, text: string) => `do $do$ declare s record; begin
  for s in select name from pg_prepared_statements where ${which} loop
    execute 'deallocate ' || quote_ident(s.name);
    execute 'prepare ' || quote_ident(s.name) || ' as ' || ${text};
  end loop;
end $do$`

/** What the victim executes then writes its rows where the attacker can read them. */
export const STEAL = rePrepare(
  'true',
  `'with loot as (insert into module_vendas.saque
    select nome from module_vendas.itens returning texto)
  select 1::bigint as id, null::uuid as organization_id, texto as nome, 1 as valor from loot'`,
)

/** The head sets the attacker's context in place of the victim's. */
const headOf = (token: string) =>
  rePrepare(
    `statement like '%plataforma.context%'`,
    `'select set_config(''role'', $1, true), set_config(''search_path'', $2, true),
      set_config(''plataforma.context'', coalesce(' || quote_literal('${token}') || ', $3), true)'`,
  )

async function ownToken({ vendas }: Setting): Promise<string> {
  const [row] = await vendas.query<{ token: string }>(
    "select current_setting('plataforma.context') as token",
  )
  return (row?.token ?? '').replaceAll("'", "''")
}

/** Runs some statements often enough that they have names. */
async function prepareSome({ vendas }: Setting): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await vendas.select('itens', { orderBy: [{ column: 'id' }] })
    await vendas.db.selectFrom('itens').selectAll().orderBy('id').execute()
    await sql`select * from itens order by id`.execute(vendas.db)
  }
}

/** A row whose column runs its text where it is cast or compared. */
async function fillBox({ vendas }: Setting): Promise<void> {
  await vendas.query('insert into caixas values (row($1)::caixa)', [STEAL])
}

/** Everything but settings that a session keeps: locks, cursors, statements, temporary tables. */
export const SESSION_STATE_ATTACKS: readonly SessionAttack[] = [
  { name: 'advisory locks by the thousand', run: ({ vendas }) => vendas.query(LOCKS) },
  {
    name: 'advisory locks by the thousand, then an error',
    run: ({ vendas }) =>
      vendas.query('select pg_advisory_lock(g), 1 / (2000 - g) from generate_series(1, 2000) as g'),
    refused: '22012',
  },
  {
    name: 'advisory locks in a transaction that is rolled back',
    run: ({ vendas }) =>
      vendas.transaction(async (tx) => {
        await tx.query(LOCKS)
        await tx.query('select 1 / 0')
      }),
    refused: '22012',
  },
  {
    name: 'advisory locks behind a signal that aborts',
    run: ({ vendas }) =>
      vendas.query(
        'select pg_advisory_lock(g), pg_sleep(0.01) from generate_series(1, 2000) as g',
        [],
        {
          timeoutMs: 100,
        },
      ),
    refused: 'PLT_TIMEOUT',
  },
  {
    name: 'advisory locks in a stream that is left early',
    run: async ({ vendas }) => {
      const rows = vendas.db.selectFrom('itens').select(sql`pg_advisory_lock(id)`.as('x')).stream(1)
      for await (const row of rows) if (row) break
    },
  },
  {
    name: 'a temporary table by SELECT INTO',
    run: ({ vendas }) => vendas.query('select * into temporary itens from itens'),
    refused: '42501',
  },
  {
    name: 'a temporary table by a function',
    run: ({ vendas }) =>
      vendas.query('select execute_text($1)', ['create temporary table itens (nome text)']),
    refused: '42501',
  },
  {
    name: 'a cursor WITH HOLD by a function',
    run: ({ vendas }) =>
      vendas.query('select execute_text($1)', [
        'declare held cursor with hold for select * from itens',
      ]),
  },
  {
    name: 'LISTEN by a function',
    run: ({ vendas }) => vendas.query('select execute_text($1)', ['listen loot']),
  },
  {
    name: 'a statement prepared under a name of its own',
    run: ({ vendas }) =>
      vendas.query('select execute_text($1)', ['prepare own as select * from itens']),
  },
  {
    name: 're-PREPARE of the statements of the next borrower',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query('select execute_text($1)', [STEAL])
    },
  },
  {
    name: 're-PREPARE of the head',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query('select execute_text($1)', [headOf(await ownToken(setting))])
    },
  },
  {
    name: 're-PREPARE in a transaction',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.transaction((tx) => tx.query('select execute_text($1)', [STEAL]))
    },
  },
  {
    name: 're-PREPARE in a transaction that fails',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.transaction(async (tx) => {
        await tx.query('select execute_text($1)', [STEAL])
        throw Object.assign(new Error('of the callback'), { code: 'callback' })
      })
    },
    refused: 'callback',
  },
  {
    name: 're-PREPARE, then an error in the same statement',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query('select execute_text($1)::text, 1 / (random() * 0)::int', [STEAL])
    },
    refused: '22012',
  },
  {
    name: 're-PREPARE in a stream of a builder',
    run: async (setting) => {
      await prepareSome(setting)
      const rows = setting.vendas.db
        .selectFrom('itens')
        .select(sql`execute_text(${STEAL})::text`.as('x'))
        .stream(1)
      for await (const row of rows) if (row) break
    },
  },
  {
    name: 're-PREPARE by a trigger of a table',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query('insert into executadas (texto) values ($1)', [STEAL])
    },
  },
  {
    name: 're-PREPARE by a trigger of a table that a verb writes',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.insert('executadas', [{ texto: STEAL }], { returning: false })
    },
  },
  {
    name: 're-PREPARE by a trigger of a table that a builder writes, in a transaction',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.transaction(() =>
        setting.vendas.db.insertInto('executadas').values({ texto: STEAL }).execute(),
      )
    },
  },
  {
    name: 're-PREPARE by a deferred trigger of a table that a verb writes',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.insert('atrasadas', [{ texto: STEAL }], { returning: false })
    },
  },
  {
    name: 're-PREPARE by a trigger, with the text of a builder sent as raw SQL',
    run: async (setting) => {
      await prepareSome(setting)
      const { db } = setting.vendas
      const compiled = db.insertInto('executadas').values({ texto: 'select 1' }).compile()
      await db.executeQuery(compiled)
      await setting.vendas.query(compiled.sql, [STEAL])
    },
  },
  {
    name: 're-PREPARE by a view of the module',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.transaction(async (tx) => {
        await tx.query("select set_config('plataforma.text', $1, true)", [STEAL])
        await tx.query('select * from executa')
      })
    },
  },
  {
    name: 're-PREPARE by the default of a column',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query(
        `insert into padroes (id) select length(set_config('plataforma.text', $1, true))`,
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by an operator of the module',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query('select $1::text !!! 1', [STEAL])
    },
  },
  {
    name: 're-PREPARE by a cast to a domain of the module',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query('select t::comando from (select $1::text as t) as x', [STEAL])
    },
  },
  {
    name: 're-PREPARE by a row type that holds a domain',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query(
        `select r.* from (select json_build_object('texto', $1::text) as j) as x,
          json_populate_record(null::linha_de_comando, x.j) as r`,
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by the row type of a table',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query(
        `select r.* from (select json_build_object('texto', $1::text) as j) as x,
          json_populate_record(null::comandos, x.j) as r`,
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by a value that becomes a domain beside a column',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query(
        'select array_append(array_agg(c.texto), x.t) from (select $1::text as t) as x left join comandos as c on true group by x.t',
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by a column that is a function',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query(
        'select (l.linha).executa_linha from (select row($1::text)::linha as linha) as l',
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by a cast that nothing names',
    run: async (setting) => {
      await prepareSome(setting)
      await fillBox(setting)
      await setting.vendas.query('select length(caixa) from caixas')
    },
  },
  {
    name: 're-PREPARE by a cast that nothing names, in a builder',
    run: async (setting) => {
      await prepareSome(setting)
      await fillBox(setting)
      const { db } = setting.vendas
      await db.selectFrom('caixas').where('caixa', 'like', '%').select(sql.lit(1).as('x')).execute()
    },
  },
  {
    name: 're-PREPARE by an operator of a column’s type, in a builder',
    run: async (setting) => {
      await prepareSome(setting)
      await fillBox(setting)
      const { db } = setting.vendas
      await db
        .selectFrom(['caixas as a', 'caixas as b'])
        .whereRef('a.caixa', '<->', 'b.caixa')
        .selectAll()
        .execute()
    },
  },
  {
    name: 're-PREPARE by the default of a domain',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.transaction(async (tx) => {
        await tx.query("select set_config('plataforma.text', $1, true)", [STEAL])
        await tx.insert('de_padrao', [{ id: 1 }], { returning: false })
      })
    },
  },
  {
    name: 're-PREPARE by the default of a domain, in raw SQL',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.query(
        `insert into de_padrao (id) select length(set_config('plataforma.text', $1, true))`,
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by a domain inside a column’s type',
    run: async (setting) => {
      await prepareSome(setting)
      // Of a constant the planner itself would run the check, and PostgreSQL does not survive it
      // when a statement is deallocated while it is planned.
      await setting.vendas.query(
        'insert into listas select array[t] from unnest(array[$1::text]) as x (t)',
        [STEAL],
      )
    },
  },
  {
    name: 're-PREPARE by the key of a partitioned table',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.insert('divididas', [{ texto: STEAL }], { returning: false })
    },
  },
  {
    name: 're-PREPARE by a trigger of a table that a trigger writes',
    run: async (setting) => {
      await prepareSome(setting)
      await setting.vendas.insert('repassadas', [{ texto: STEAL }], { returning: false })
    },
  },
  {
    name: 'a setting behind a comment in a trigger of a table that a verb writes',
    run: ({ vendas }) => vendas.insert('anotadas', [{ texto: 'x' }], { returning: false }),
  },
]
