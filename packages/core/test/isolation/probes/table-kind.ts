import { sql } from 'kysely'
import { A, B, type Setting } from '../setting.js'

/** What stands in every row of the victim, and must never be seen. */
export const SECRET = 'secret of B'

/** A kind of relation that the probes are run against. */
export interface TableKind {
  readonly name: string
  readonly relation: string
  /** The attacker and the victim, as this kind's tenant column has them. */
  readonly tenants: readonly [attacker: string, victim: string]
  readonly isTable: boolean
  /** The referenced table, where there is a reference. */
  readonly references?: string
  /** A part of the table that nobody may read past its parent. */
  readonly partition?: string
  /** Not granted at all. */
  readonly closed?: boolean
}

const UUIDS = [A, B] as const

export const TABLE_KINDS: readonly TableKind[] = [
  { name: 'a UUID tenant', relation: 'de_uuid', tenants: UUIDS, isTable: true },
  { name: 'a TEXT tenant', relation: 'de_text', tenants: ['acme', 'ACME'], isTable: true },
  { name: 'a VARCHAR tenant', relation: 'de_varchar', tenants: ['abc', 'abcd'], isTable: true },
  { name: 'a BIGINT tenant', relation: 'de_bigint', tenants: ['1', '-1'], isTable: true },
  {
    name: 'a partitioned table',
    relation: 'dividida',
    tenants: UUIDS,
    isTable: true,
    partition: 'dividida_1',
  },
  {
    name: 'a table partitioned by its tenant',
    relation: 'por_tenant',
    tenants: UUIDS,
    isTable: true,
    partition: 'por_tenant_0',
  },
  {
    name: 'a table that references another',
    relation: 'referente',
    tenants: UUIDS,
    isTable: true,
    references: 'de_uuid',
  },
  { name: 'a table that was protected later', relation: 'antiga', tenants: UUIDS, isTable: true },
  { name: 'a view', relation: 'vista', tenants: UUIDS, isTable: false },
  { name: 'a view with security_barrier', relation: 'barreira', tenants: UUIDS, isTable: false },
  {
    name: 'a materialized view',
    relation: 'materializada',
    tenants: UUIDS,
    isTable: false,
    closed: true,
  },
]

const COLUMNS = `id bigint not null, organization_id uuid not null, email text, nome text,
  valor int, created_at date not null default current_date`

/** Makes every kind and fills it with two rows of each tenant. */
export async function createTableKinds(setting: Setting): Promise<void> {
  const { database } = setting
  const vendas = await database.createModule('vendas')
  for (const kind of TABLE_KINDS) {
    const type = /^de_(.*)$/.exec(kind.relation)?.[1] ?? 'uuid'
    if (!kind.relation.startsWith('de_') && kind.references === undefined) continue
    await vendas.createTable(kind.relation, [
      { name: 'id', type: 'bigint', primaryKey: true },
      { name: 'organization_id', type: type === 'varchar' ? 'varchar(40)' : type },
      { name: 'email', type: 'text', unique: true },
      { name: 'nome', type: 'text' },
      { name: 'valor', type: 'int' },
      ...(kind.references === undefined
        ? []
        : [
            {
              name: 'pai',
              type: 'bigint',
              references: { table: kind.references, onDelete: 'cascade' as const },
            },
          ]),
    ])
  }
  await setting.asAuthor(`
    create table dividida (${COLUMNS}, primary key (organization_id, id, created_at),
      unique (organization_id, email, created_at)) partition by range (created_at);
    create table dividida_1 partition of dividida for values from (minvalue) to (maxvalue);
    create table por_tenant (${COLUMNS}, primary key (organization_id, id),
      unique (organization_id, email)) partition by hash (organization_id);
    create table por_tenant_0 partition of por_tenant for values with (modulus 1, remainder 0);
    create view vista as select * from de_uuid;
    create view barreira with (security_barrier) as select * from vista where id > 0;`)
  await database.isolation.asOwner(
    'vendas',
    (trx) =>
      sql
        .raw(`create table antiga (${COLUMNS}, primary key (organization_id, id),
          unique (organization_id, email))`)
        .execute(trx),
    { secure: false },
  )
  await database.isolation.protectTable('vendas', 'antiga')
  for (const kind of TABLE_KINDS.filter(({ isTable }) => isTable)) await fill(setting, kind)
  await setting.asAuthor('create materialized view materializada as select * from de_uuid')
}

async function fill(setting: Setting, { relation, tenants }: TableKind): Promise<void> {
  for (const [at, tenant] of tenants.entries()) {
    await setting.query(
      tenant,
      `insert into ${relation} (id, email, nome, valor)
       values (1, 'one@example.org', $1, 1), (2, 'two@example.org', $1, 0)`,
      [at === 0 ? 'own' : SECRET],
    )
  }
}
