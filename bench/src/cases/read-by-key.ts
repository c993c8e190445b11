import type { ModuleDatabase } from '@plataforma/core'
import pg from 'pg'
import type { BenchCase, BenchSetting } from '../bench-case.js'
import { type Competitor, interleave, ratios, type Times } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import type { Aim, Figure } from '../report/figure.js'
import {
  type ClientsTable,
  createClientsTable,
  keyOf,
  type Vendas,
} from '../setting/clients-table.js'
import { SlowNetwork } from '../setting/slow-network.js'

const PLAIN = 'plain pg, named, no RLS'
const HANDMADE = 'BEGIN; set_config; SELECT; COMMIT, awaited'
const OURS = ['vendas.db (Kysely)', 'vendas.select', 'vendas.query (raw SQL)'] as const

type Ours = (typeof OURS)[number]

interface Setting {
  readonly where: string
  readonly way: (connectionString: string) => string
  readonly plain: Readonly<Record<Ours, Aim>>
  readonly handmade: Aim
  readonly slices: { readonly rounds: number; readonly sliceMs: number }
}

const LOOPBACK: Setting = {
  where: 'on loopback',
  way: (connectionString) => connectionString,
  plain: {
    'vendas.db (Kysely)': { atMost: 1.5 },
    'vendas.select': { atMost: 1.5 },
    'vendas.query (raw SQL)': { atMost: 1.75 },
  },
  handmade: { atLeast: 2 },
  slices: { rounds: 41, sliceMs: 60 },
}

/** A row of one tenant by its key: RLS, signed context and all, against doing without or by hand. */
export const readByKey: BenchCase = {
  name: 'read-by-key',
  title: 'Tenant-scoped read by key: RLS on, signed context',
  async run(setting) {
    await using table = await createClientsTable(setting.server, 'read_by_key')
    const figures = await measure(table, LOOPBACK)
    await using network = await SlowNetwork.to(setting.server, 0.5)
    const slow: Setting = {
      where: 'with 1 ms round trip',
      way: (connectionString) => network.url(connectionString),
      plain: {
        'vendas.db (Kysely)': { atMost: 1.25 },
        'vendas.select': { atMost: 1.25 },
        'vendas.query (raw SQL)': { atMost: 1.25 },
      },
      handmade: { atLeast: 3 },
      slices: { rounds: 31, sliceMs: 100 },
    }
    await tellRoundTrip(setting, table.platform.connectionString, slow.way)
    return [...figures, ...(await measure(table, slow))]
  },
}

async function measure(table: ClientsTable, setting: Setting): Promise<readonly Figure[]> {
  const { platform, tenantId } = table
  const database = await platform.open({ connectionString: setting.way(platform.connectionString) })
  const vendas = database.module('vendas') as unknown as ModuleDatabase<Vendas>
  const plain = await connect(setting.way(platform.connectionString))
  const handmade = await connect(setting.way(table.handmadeConnectionString))
  try {
    const competitors = [
      plainRead(plain, table),
      handmadeRead(handmade, table),
      ...ourReads(vendas),
    ]
    for (const competitor of competitors) {
      await database.withContext({ tenantId }, () => assertReads(competitor))
    }
    const times = await database.withContext({ tenantId }, () =>
      interleave(competitors, setting.slices),
    )
    return figuresOf(times, setting)
  } finally {
    await plain.end()
    await handmade.end()
    await database.close()
  }
}

function plainRead(client: pg.Client, { plainTable, tenantId }: ClientsTable): Competitor {
  const text = `select id, nome, email from ${plainTable} where organization_id = $1 and id = $2`
  return {
    name: PLAIN,
    run: async (call) =>
      (await client.query({ name: 'read', text, values: [tenantId, keyOf(call)] })).rows,
  }
}

/** As it is usually done: a setting for the transaction, unsigned; statements named here too. */
function handmadeRead(client: pg.Client, { handmadeTable, tenantId }: ClientsTable): Competitor {
  const setting = { name: 'set', text: "select set_config('app.tenant_id', $1, true)" }
  const read = { name: 'read', text: `select id, nome, email from ${handmadeTable} where id = $1` }
  return {
    name: HANDMADE,
    run: async (call) => {
      await client.query('begin')
      await client.query({ ...setting, values: [tenantId] })
      const { rows } = await client.query({ ...read, values: [keyOf(call)] })
      await client.query('commit')
      return rows
    },
  }
}

function ourReads(vendas: ModuleDatabase<Vendas>): readonly Competitor[] {
  const runs: Record<Ours, Competitor['run']> = {
    'vendas.db (Kysely)': (call) =>
      vendas.db
        .selectFrom('clientes')
        .select(['id', 'nome', 'email'])
        .where('id', '=', keyOf(call))
        .execute(),
    'vendas.select': (call) =>
      vendas.select('clientes', { columns: ['id', 'nome', 'email'], where: { id: keyOf(call) } }),
    'vendas.query (raw SQL)': (call) =>
      vendas.query('select id, nome, email from clientes where id = $1', [keyOf(call)]),
  }
  return OURS.map((name) => ({ name, run: runs[name] }))
}

function figuresOf(times: Times, setting: Setting): readonly Figure[] {
  const microseconds = (name: string) => spreadOf(times.get(name) ?? []).median * 1_000
  return OURS.flatMap((name): Figure[] => [
    {
      what: `${name}, ${setting.where}`,
      against: PLAIN,
      spread: spreadOf(ratios(times, name, PLAIN)),
      unit: '×',
      aim: setting.plain[name],
      note: `${microseconds(name).toFixed(0)} µs against ${microseconds(PLAIN).toFixed(0)} µs`,
    },
    {
      what: `${name}, ${setting.where}: times faster`,
      against: HANDMADE,
      spread: spreadOf(ratios(times, HANDMADE, name)),
      unit: '×',
      aim: setting.handmade,
      note: `${microseconds(name).toFixed(0)} µs against ${microseconds(HANDMADE).toFixed(0)} µs`,
    },
  ])
}

async function assertReads(competitor: Competitor): Promise<void> {
  const rows = await competitor.run(3)
  if (Array.isArray(rows) && rows.length === 1 && rows[0]?.id === keyOf(3)) return
  throw new Error(`${competitor.name} does not read the row it is asked for`)
}

/** What the slow way really adds, as an empty statement sees it. */
async function tellRoundTrip(
  { tell }: BenchSetting,
  connectionString: string,
  way: (connectionString: string) => string,
): Promise<void> {
  const near = await connect(connectionString)
  const far = await connect(way(connectionString))
  const ask = (client: pg.Client) => () => client.query({ name: 'nothing', text: 'select' })
  const times = await interleave(
    [
      { name: 'near', run: ask(near) },
      { name: 'far', run: ask(far) },
    ],
    { rounds: 11, sliceMs: 60 },
  )
  const median = (name: string) => spreadOf(times.get(name) ?? []).median
  tell(`the proxy adds ${(median('far') - median('near')).toFixed(2)} ms to an empty statement`)
  await near.end()
  await far.end()
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client(connectionString)
  client.on('error', () => {})
  await client.connect()
  return client
}
