import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { ModuleDatabase } from '@plataforma/core'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'
import { createPlatform, type Platform } from '../setting/platform.js'

const ROWS = 100_000
const COPY = 'COPY, no RLS'
const PLAIN = 'vendas.insert, returning: false'
const RETURNING = 'vendas.insert, all rows returned'
const TENANT = '0190a7c2-0000-7000-8000-000000000007'

interface Movimento {
  readonly id: number
  readonly descricao: string
  readonly valor: string
  readonly quantidade: number
  readonly created_at: Date
}

/** Many rows at once, from the same objects into tables alike. */
export const bulkInsert: BenchCase = {
  name: 'bulk-insert',
  title: `Insert of ${ROWS.toLocaleString('en')} rows, RLS on`,
  async run({ server }) {
    await using platform = await createPlatform(server, 'bulk_insert')
    const vendas = await createTables(platform)
    const client = new pg.Client(platform.connectionString)
    await client.connect()
    const rows = movimentos()
    try {
      const competitors: readonly Competitor[] = [
        {
          name: COPY,
          prepare: () => client.query('truncate public.movimentos'),
          run: () => copy(client, rows),
        },
        {
          name: PLAIN,
          prepare: () => client.query('truncate module_vendas.movimentos'),
          run: () => vendas.insert<Movimento>('movimentos', rows, { returning: false }),
        },
        {
          name: RETURNING,
          prepare: () => client.query('truncate module_vendas.movimentos'),
          run: () => vendas.insert<Movimento>('movimentos', rows),
        },
      ]
      const times = await platform.database.withContext({ tenantId: TENANT }, () =>
        interleave(competitors, { rounds: 9, sliceMs: 0 }),
      )
      return [PLAIN, RETURNING].map((name): Figure => {
        const perSecond = (one: string) =>
          Math.round((ROWS * 1_000) / spreadOf(times.get(one) ?? []).median).toLocaleString('en')
        return {
          what: `${name}: rows/s`,
          against: COPY,
          spread: spreadOf(ratios(times, COPY, name)),
          unit: '×',
          ...(name === PLAIN && { aim: { atLeast: 0.4 } }),
          note: `${perSecond(name)} rows/s against ${perSecond(COPY)} rows/s`,
        }
      })
    } finally {
      await client.end()
    }
  },
}

async function createTables({ database }: Platform): Promise<ModuleDatabase> {
  const vendas = await database.createModule('vendas')
  await vendas.createTable('movimentos', [
    { name: 'id', type: 'BIGINT', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'descricao', type: 'TEXT', nullable: false },
    { name: 'valor', type: 'NUMERIC(12,2)', nullable: false },
    { name: 'quantidade', type: 'INTEGER', nullable: false },
    { name: 'created_at', type: 'TIMESTAMPTZ', nullable: false },
  ])
  await database.admin.script(
    'create table public.movimentos (like module_vendas.movimentos including indexes)',
  )
  return vendas
}

function movimentos(): readonly Movimento[] {
  const start = Date.UTC(2026, 0, 1)
  return Array.from({ length: ROWS }, (_, index) => ({
    id: index + 1,
    descricao: `Movimento ${index} da conta ${index % 997}`,
    valor: ((index * 7919) / 100).toFixed(2),
    quantidade: index % 50,
    created_at: new Date(start + index * 1_000),
  }))
}

const COLUMNS = 'id, organization_id, descricao, valor, quantidade, created_at'
const CHUNK = 64 * 1024

async function copy(client: pg.Client, rows: readonly Movimento[]): Promise<void> {
  const stream = client.query(copyFrom(`copy public.movimentos (${COLUMNS}) from stdin`))
  const done = finished(stream)
  let text = ''
  for (const row of rows) {
    text += `${row.id}\t${TENANT}\t${row.descricao}\t${row.valor}\t${row.quantidade}\t${row.created_at.toISOString()}\n`
    if (text.length < CHUNK) continue
    if (!stream.write(text)) await once(stream, 'drain')
    text = ''
  }
  stream.end(text)
  await done
  if (stream.rowCount !== ROWS) throw new Error(`COPY wrote ${stream.rowCount} rows`)
}
