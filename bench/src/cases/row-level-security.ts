import type { ModuleDatabase } from '@plataforma/core'
import { sql } from 'kysely'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'
import { createPlatform, type Platform } from '../setting/platform.js'

const ROWS = 400_000
const TENANT = '0190a7c2-0000-7000-8000-000000000001'

/** A condition, and the index that fits it. */
interface Condition {
  readonly name: string
  readonly where: string
  readonly index: string
  /** Functions that a superuser may declare leakproof for it. */
  readonly functions?: readonly string[]
}

const CONDITIONS: readonly Condition[] = [
  { name: 'text =', where: `codigo = 'c77777'`, index: '(organization_id, codigo)' },
  { name: 'text IN', where: `codigo in ('c77777', 'c77779')`, index: '(organization_id, codigo)' },
  { name: 'bigint =', where: 'numero = 77777', index: '(organization_id, numero)' },
  {
    name: 'bigint BETWEEN',
    where: 'numero between 77777 and 77797',
    index: '(organization_id, numero)',
  },
  {
    name: 'timestamptz BETWEEN',
    where: `quando between '2026-01-01' and '2026-01-01 00:20'`,
    index: '(organization_id, quando)',
  },
  { name: 'date =', where: `dia = '2026-03-01'`, index: '(organization_id, dia)' },
  {
    name: `text LIKE 'abc%'`,
    where: `codigo like 'c7777%'`,
    index: '(organization_id, codigo text_pattern_ops)',
    functions: ['textlike(text, text)'],
  },
  {
    name: `text LIKE 'abc%' beside ~>=~ and ~<~`,
    where: `codigo ~>=~ 'c7777' and codigo ~<~ 'c7778' and codigo like 'c7777%'`,
    index: '(organization_id, codigo text_pattern_ops)',
  },
  {
    name: 'text as an enum =',
    where: `estado = 'raro'`,
    index: '(organization_id, estado)',
    functions: ['enum_eq(anyenum, anyenum)'],
  },
  {
    name: 'numeric =',
    where: 'valor = 777.77',
    index: '(organization_id, valor)',
    functions: ['numeric_eq(numeric, numeric)'],
  },
  {
    name: 'numeric BETWEEN',
    where: 'valor between 777.77 and 777.97',
    index: '(organization_id, valor)',
    functions: ['numeric_ge(numeric, numeric)', 'numeric_le(numeric, numeric)'],
  },
  {
    name: 'jsonb @>',
    where: `dados @> '{"n": 77777}'`,
    index: 'using gin (dados jsonb_path_ops)',
    functions: ['jsonb_contains(jsonb, jsonb)'],
  },
  {
    name: 'tsvector @@',
    where: `busca @@ to_tsquery('simple', 'p77777')`,
    index: 'using gin (busca)',
    functions: ['ts_match_vq(tsvector, tsquery)'],
  },
  {
    name: 'array @>',
    where: `marcas @> array['m77777']`,
    index: 'using gin (marcas)',
    functions: ['arraycontains(anyarray, anyarray)'],
  },
]

/** Which conditions keep their index under the policy of a tenant that has half of the rows. */
export const rowLevelSecurity: BenchCase = {
  name: 'row-level-security',
  title: `Conditions under row-level security: ${ROWS.toLocaleString('en')} rows, half of them the tenant's`,
  async run({ server }) {
    await using platform = await createPlatform(server, 'row_level_security')
    const vendas = await createTable(platform)
    const administrator = new pg.Client(platform.connectionString)
    await administrator.connect()
    try {
      await fill(administrator)
      const figures: Figure[] = []
      for (const condition of CONDITIONS) {
        figures.push(await measure(condition, { platform, vendas, administrator }))
        if (condition.functions === undefined) continue
        for (const name of condition.functions) {
          await administrator.query(`alter function pg_catalog.${name} leakproof`)
        }
        const leakproof = { ...condition, name: `${condition.name}, declared leakproof` }
        figures.push(await measure(leakproof, { platform, vendas, administrator }))
        for (const name of condition.functions) {
          await administrator.query(`alter function pg_catalog.${name} not leakproof`)
        }
      }
      return figures
    } finally {
      await administrator.end()
    }
  },
}

interface Parties {
  readonly platform: Platform
  readonly vendas: ModuleDatabase
  readonly administrator: pg.Client
}

async function measure(
  { name, where, index }: Condition,
  { platform, vendas, administrator }: Parties,
): Promise<Figure> {
  await administrator.query(`create index trial on module_vendas.medicoes ${index}`)
  await administrator.query('analyze module_vendas.medicoes')
  const competitors: readonly Competitor[] = [
    {
      name: 'without',
      run: () =>
        administrator.query({
          name,
          text: `select count(*) from module_vendas.medicoes
            where organization_id = '${TENANT}' and ${where}`,
        }),
    },
    { name: 'with', run: () => vendas.query(`select count(*) from medicoes where ${where}`) },
  ]
  const times = await platform.database.withContext({ tenantId: TENANT }, () =>
    interleave(competitors, { rounds: 7, sliceMs: 30, warmUpMs: 60 }),
  )
  await administrator.query('drop index module_vendas.trial')
  const ms = (one: string) => spreadOf(times.get(one) ?? []).median.toFixed(2)
  return {
    what: name,
    against: 'the administrator, tenant as a plain condition',
    spread: spreadOf(ratios(times, 'with', 'without')),
    unit: '×',
    note: `${ms('with')} ms against ${ms('without')} ms`,
  }
}

async function createTable({ database }: Platform): Promise<ModuleDatabase> {
  const vendas = await database.createModule('vendas')
  await database.isolation.asOwner('vendas', (trx) =>
    sql`create type estado as enum ('comum', 'raro')`.execute(trx),
  )
  await vendas.createTable('medicoes', [
    { name: 'id', type: 'BIGINT', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'codigo', type: 'TEXT', nullable: false },
    { name: 'numero', type: 'BIGINT', nullable: false },
    { name: 'quando', type: 'TIMESTAMPTZ', nullable: false },
    { name: 'dia', type: 'DATE', nullable: false },
    { name: 'estado', type: 'estado', nullable: false },
    { name: 'valor', type: 'NUMERIC(12,2)', nullable: false },
    { name: 'dados', type: 'JSONB', nullable: false },
    { name: 'busca', type: 'TSVECTOR', nullable: false },
    { name: 'marcas', type: 'TEXT[]', nullable: false },
  ])
  return vendas
}

async function fill(administrator: pg.Client): Promise<void> {
  await administrator.query(`
    insert into module_vendas.medicoes
    select n, case when n % 2 = 1 then '${TENANT}'::uuid
        else ('0190a7c2-0000-7000-8000-' || lpad(to_hex(2 + n % 199), 12, '0'))::uuid end,
      'c' || n, n, timestamptz '2026-01-01' + n * interval '1 minute', date '2026-01-01' + n / 50,
      case when n % 20000 = 1 then 'raro' else 'comum' end::module_vendas.estado, n / 100.0,
      jsonb_build_object('n', n, 'nome', 'cliente ' || n), to_tsvector('simple', 'produto p' || n),
      array['m' || n, 'todas']
    from generate_series(1, ${ROWS}) as n`)
  await administrator.query('vacuum analyze module_vendas.medicoes')
}
