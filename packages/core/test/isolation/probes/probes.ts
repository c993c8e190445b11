import { SECRET, type TableKind } from './table-kind.js'

/** What a statement of the attacker's must come to. */
export type Expected =
  | { readonly rows: number }
  /** Codes of which one must come. */
  | { readonly refused: readonly string[] }

/** One way to another tenant's rows; the numbers are those of a list of what PostgreSQL allows. */
export interface Probe {
  readonly number: number
  readonly name: string
  /** The attacker's statement, `undefined` where the kind has nothing for it. */
  sql(kind: TableKind): string | undefined
  expected(kind: TableKind): Expected
  /** Changes rows of the attacker's, which are put back. */
  readonly writes?: boolean
}

const NOT_ALLOWED = 'PLT_STATEMENT_NOT_ALLOWED'
const victim = ({ tenants }: TableKind) => `'${tenants[1]}'`

const rows = (count: number) => (kind: TableKind) =>
  kind.closed ? { refused: ['42501'] } : { rows: count }
const refused =
  (...codes: string[]) =>
  (kind: TableKind) => ({ refused: kind.closed ? [...codes, '42501'] : codes })

const read = (number: number, name: string, sql: Probe['sql'], count = 2): Probe => ({
  number,
  name,
  sql,
  expected: rows(count),
})

const onTables =
  (sql: (kind: TableKind) => string): Probe['sql'] =>
  (kind) =>
    kind.isTable ? sql(kind) : undefined

const columns = '(id, organization_id, email, nome)'

/** Reads: what the attacker sees of the victim. */
const READS: readonly Probe[] = [
  read(1, 'all rows', ({ relation }) => `select * from ${relation}`),
  read(
    1,
    'the victim by name',
    (k) => `select * from ${k.relation} where organization_id = ${victim(k)}`,
    0,
  ),
  read(
    1,
    'every row but the own',
    (k) => `select * from ${k.relation} where organization_id <> '${k.tenants[0]}'`,
    0,
  ),
  read(
    1,
    'by a condition that is always true',
    (k) => `select * from ${k.relation} where organization_id = ${victim(k)} or true`,
  ),
  read(
    1,
    'aggregates',
    ({ relation }) => `select nome, count(*), string_agg(nome, ',') from ${relation} group by nome`,
    1,
  ),
  read(
    1,
    'a join with itself',
    ({ relation }) => `select b.* from ${relation} a join ${relation} b on a.id = b.id`,
  ),
  read(
    1,
    'a lateral subquery',
    ({ relation }) =>
      `select x.* from ${relation} a, lateral (select * from ${relation} b where b.organization_id <> a.organization_id) x`,
    0,
  ),
  read(
    1,
    'EXISTS',
    (k) => `select 1 where exists (select from ${k.relation} where organization_id = ${victim(k)})`,
    0,
  ),
  read(
    1,
    'a set operation',
    ({ relation }) => `(select nome from ${relation}) union (select nome from ${relation})`,
    1,
  ),
  read(
    1,
    'a CTE',
    ({ relation }) => `with x as materialized (select * from ${relation}) select * from x`,
  ),
  read(
    1,
    'a recursive CTE',
    ({ relation }) =>
      `with recursive x as (select id, nome from ${relation} union select r.id, r.nome from ${relation} r join x on true) select * from x`,
  ),
  read(1, 'a whole row', ({ relation }) => `select to_jsonb(r), r::text from ${relation} r`),
  read(
    1,
    'a window',
    ({ relation }) => `select first_value(nome) over (order by nome desc) from ${relation}`,
  ),
  read(1, 'TABLESAMPLE', (k) =>
    k.isTable ? `select * from ${k.relation} tablesample system (100)` : undefined,
  ),
  read(
    1,
    'query_to_xml',
    ({ relation }) => `select query_to_xml('select * from ${relation}', true, false, '')`,
    1,
  ),
  read(
    1,
    'table_to_xml',
    ({ relation }) => `select table_to_xml('${relation}', true, false, '')`,
    1,
  ),
  read(
    1,
    'schema_to_xml',
    (k) =>
      k.relation === 'de_uuid' ? `select query_to_xml('table vista', true, false, '')` : undefined,
    1,
  ),
  read(1, 'system columns', ({ relation, isTable }) =>
    isTable ? `select ctid, xmin, tableoid, nome from ${relation}` : undefined,
  ),
  read(1, 'row locks', ({ relation }) => `select * from ${relation} for update`),
  read(
    22,
    'a predicate that fails on hidden rows',
    ({ relation }) =>
      `select * from ${relation} where 1 / (case nome when '${SECRET}' then 0 else 1 end) = 1`,
  ),
  read(
    22,
    'a predicate that tells what it sees',
    ({ relation }) =>
      `select * from ${relation} where nome::xml is document or nome <> '${SECRET}'`,
  ),
  read(
    22,
    'a cast that fails on hidden rows',
    ({ relation }) => `select * from ${relation} where nome = 'own' or nome::int = 1`,
  ),
]

/** Writes: rows of the victim, and the keys that would tell of them. */
const WRITES: readonly Probe[] = [
  {
    number: 5,
    name: 'INSERT of a row of the victim',
    sql: (k) => `insert into ${k.relation} ${columns} values (7, ${victim(k)}, 'x', 'attack')`,
    expected: refused('42501'),
  },
  {
    number: 5,
    name: 'INSERT of several, one of the victim',
    sql: (k) =>
      `insert into ${k.relation} ${columns} values (7, '${k.tenants[0]}', 'x', 'attack'), (8, ${victim(k)}, 'y', 'attack')`,
    expected: refused('42501'),
  },
  {
    number: 5,
    name: 'UPDATE that moves a row to the victim',
    sql: (k) => `update ${k.relation} set organization_id = ${victim(k)}`,
    expected: refused('42501'),
  },
  {
    number: 5,
    name: 'UPDATE that takes a row to nobody',
    sql: onTables((k) => `update ${k.relation} set organization_id = null`),
    expected: refused('42501', '23502'),
  },
  {
    number: 5,
    name: 'MERGE that moves a row',
    sql: onTables(
      (k) =>
        `merge into ${k.relation} t using (select 1) s on true when matched then update set organization_id = ${victim(k)}`,
    ),
    expected: refused('42501'),
  },
  {
    number: 6,
    name: 'UPDATE of the rows of the victim',
    sql: (k) =>
      `update ${k.relation} set nome = 'attack' where organization_id = ${victim(k)} returning *`,
    expected: rows(0),
  },
  {
    number: 6,
    name: 'DELETE of the rows of the victim',
    sql: (k) => `delete from ${k.relation} where organization_id = ${victim(k)} returning *`,
    expected: rows(0),
  },
  {
    number: 6,
    name: 'DELETE with a join',
    sql: (k) =>
      `delete from ${k.relation} t using (values (${victim(k)})) v (x) where t.organization_id::text = v.x returning t.*`,
    expected: rows(0),
  },
  {
    number: 6,
    name: 'UPDATE with a join',
    sql: (k) =>
      `update ${k.relation} t set nome = 'attack' from ${k.relation} o where o.id = t.id and t.organization_id = ${victim(k)} returning t.*`,
    expected: rows(0),
  },
  {
    number: 6,
    name: 'DELETE in a CTE',
    sql: (k) =>
      `with d as (delete from ${k.relation} where organization_id = ${victim(k)} returning *) select * from d`,
    expected: rows(0),
  },
  {
    number: 6,
    name: 'MERGE that deletes',
    sql: onTables(
      (k) =>
        `merge into ${k.relation} t using (select 1) s on t.organization_id = ${victim(k)} when matched then delete when not matched then do nothing`,
    ),
    expected: rows(0),
  },
  {
    number: 7,
    name: 'a reference to a row of the victim',
    sql: (k) =>
      k.references &&
      `insert into ${k.relation} (id, pai, email, nome) values (7, 3, 'x', 'attack')`,
    expected: refused('23503'),
  },
  {
    number: 8,
    name: 'a unique key that the victim has',
    sql: onTables(
      (k) =>
        `insert into ${k.relation} (id, email, nome) values (7, 'three@example.org', 'attack') returning id`,
    ),
    expected: rows(1),
    writes: true,
  },
  {
    number: 9,
    name: 'a primary key that the victim has',
    sql: onTables(
      (k) => `insert into ${k.relation} (id, email, nome) values (3, 'x', 'attack') returning id`,
    ),
    expected: rows(1),
    writes: true,
  },
  {
    number: 10,
    name: 'ON CONFLICT DO UPDATE of a hidden row',
    sql: (k) => conflict(k, 'do update set nome = excluded.nome'),
    expected: rows(1),
    writes: true,
  },
  {
    number: 11,
    name: 'ON CONFLICT DO NOTHING at a hidden row',
    sql: (k) => conflict(k, 'do nothing'),
    expected: rows(1),
    writes: true,
  },
]

function conflict(kind: TableKind, action: string): string | undefined {
  if (!kind.isTable || kind.relation === 'dividida') return undefined
  return `insert into ${kind.relation} (id, email, nome) values (7, 'three@example.org', 'attack')
    on conflict (organization_id, email) ${action} returning id`
}

/** Ways round the policies. */
const DETOURS: readonly Probe[] = [
  { number: 4, name: 'no context', sql: (k) => emptied(k), expected: refused('PLT01') },
  {
    number: 15,
    name: 'a partition',
    sql: (k) => k.partition && `select * from ${k.partition}`,
    expected: refused('42501'),
  },
  {
    number: 15,
    name: 'INSERT into a partition',
    sql: (k) =>
      k.partition &&
      `insert into ${k.partition} ${columns} values (7, ${victim(k)}, 'x', 'attack')`,
    expected: refused('42501'),
  },
  {
    number: 16,
    name: 'COPY TO',
    sql: ({ relation }) => `copy ${relation} to stdout`,
    expected: refused(NOT_ALLOWED),
  },
  {
    number: 17,
    name: 'COPY FROM',
    sql: ({ relation }) => `copy ${relation} from stdin`,
    expected: refused(NOT_ALLOWED),
  },
  {
    number: 18,
    name: 'row_security',
    sql: ({ relation }) =>
      `with s as materialized (select set_config('row_security', 'off', true) as x) select query_to_xml('select * from ${relation} where ' || (x = 'off')::text, true, false, '') from s`,
    expected: refused('42501'),
  },
  {
    number: 20,
    name: 'TRUNCATE',
    sql: ({ relation }) => `truncate ${relation} cascade`,
    expected: refused(NOT_ALLOWED),
  },
  {
    number: 21,
    name: 'LOCK TABLE',
    sql: ({ relation }) => `lock table ${relation} in access exclusive mode`,
    expected: refused(NOT_ALLOWED),
  },
  {
    number: 23,
    name: 'pg_stats',
    sql: ({ relation }) => `select * from pg_stats where tablename = '${relation}'`,
    expected: () => ({ rows: 0 }),
  },
  {
    number: 23,
    name: 'pg_statistic',
    sql: ({ relation }) => `select * from pg_statistic where starelid = '${relation}'::regclass`,
    expected: refused('42501'),
  },
  {
    number: 23,
    name: 'EXPLAIN',
    sql: ({ relation }) => `explain select * from ${relation}`,
    expected: refused(NOT_ALLOWED),
  },
  {
    number: 24,
    name: 'a context of the attacker’s making',
    sql: (k) => forged(k),
    expected: refused('PLT02'),
  },
  {
    number: 25,
    name: 'RESET ROLE',
    sql: ({ relation }) =>
      `with s as materialized (select set_config('role', 'none', true) as x) select query_to_xml('select * from module_vendas.${relation} where ' || (x is not null)::text, true, false, '') from s`,
    expected: refused('42501'),
  },
]

function emptied({ relation }: TableKind): string {
  return `with s as materialized (select set_config('plataforma.context', '', true) as x)
    select query_to_xml('select * from ${relation} where ' || (x = '')::text, true, false, '') from s`
}

function forged({ relation, tenants }: TableKind): string {
  return `with s as materialized (select set_config('plataforma.context', replace(
      current_setting('plataforma.context'), '${tenants[0]}', '${tenants[1]}'), true) as x)
    select query_to_xml('select * from ${relation} where ' || (x <> '')::text, true, false, '') from s`
}

export const PROBES: readonly Probe[] = [...READS, ...WRITES, ...DETOURS]
