import { Socket } from 'node:net'
import type { ColumnDefinition, Database } from '@plataforma/core'
import type { BenchCase } from '../bench-case.js'
import { cpuTime } from '../measure/cpu-time.js'
import { spreadOf } from '../measure/spread.js'
import type { Figure } from '../report/figure.js'
import { createPlatform, type Platform } from '../setting/platform.js'

const MODULES = 25
const TABLES = 20
const ROUNDS = 3

const COLUMNS: readonly ColumnDefinition[] = [
  { name: 'id', type: 'UUID', primaryKey: true },
  { name: 'organization_id', type: 'UUID', nullable: false },
  { name: 'codigo', type: 'VARCHAR(40)', nullable: false, unique: true },
  { name: 'nome', type: 'TEXT', nullable: false },
  { name: 'valor', type: 'NUMERIC(12,2)', check: 'valor >= 0' },
  { name: 'ativo', type: 'BOOLEAN', nullable: false, default: true },
  { name: 'created_at', type: 'TIMESTAMPTZ', nullable: false, default: 'now()' },
]

/** A platform of its own from nothing: schemas, roles, tables, keys, indexes, policies. */
export const createTables: BenchCase = {
  name: 'create-tables',
  title: `${MODULES} modules × ${TABLES} tables created, one after another`,
  async run({ server }) {
    const made: Effort[] = []
    const found: Effort[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await using platform = await createPlatform(server, `create_tables_${round}`)
      made.push(await effortOf(platform, () => createAll(platform.database)))
      const second = await platform.open()
      found.push(await effortOf(platform, () => createAll(second)))
    }
    const what = `${MODULES} modules × ${TABLES} tables`
    return [
      { ...figureOf(`${what} created`, made), aim: { atMost: 15 } },
      figureOf(`${what} found by the next start`, found),
    ]
  },
}

async function createAll(database: Database): Promise<void> {
  for (let module = 0; module < MODULES; module++) {
    const created = await database.createModule(`modulo_${module}`)
    for (let table = 0; table < TABLES; table++) {
      await created.createTable(`tabela_${table}`, columnsOf(table), {
        indexes: [{ columns: ['nome'] }, { columns: ['created_at'] }],
      })
    }
  }
}

/** What it took, of one table where there are many. */
interface Effort {
  readonly seconds: number
  readonly roundTrips: number
  readonly clientMs: number
  readonly serverMs: number | undefined
}

async function effortOf(platform: Platform, work: () => Promise<void>): Promise<Effort> {
  const before = await cpuTime(platform.connectionString)
  const counted = countWrites()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1_000
  const roundTrips = counted.stop()
  const after = await cpuTime(platform.connectionString)
  const each = (ms: number) => ms / (MODULES * TABLES)
  return {
    seconds,
    roundTrips: each(roundTrips),
    clientMs: each(after.client - before.client),
    serverMs:
      after.server === undefined || before.server === undefined
        ? undefined
        : each(after.server - before.server),
  }
}

/** Each write of this client waits for its answer. */
function countWrites(): { stop(): number } {
  const { write } = Socket.prototype
  let writes = 0
  Socket.prototype.write = function (this: Socket, ...parts: unknown[]): boolean {
    writes++
    return Reflect.apply(write, this, parts)
  }
  return {
    stop: () => {
      Socket.prototype.write = write
      return writes
    },
  }
}

function figureOf(what: string, efforts: readonly Effort[]): Figure {
  const median = (values: readonly number[]) => spreadOf(values).median.toFixed(1)
  const serverMs = efforts.flatMap((effort) => effort.serverMs ?? [])
  const cpu = [
    `${median(efforts.map((effort) => effort.clientMs))} ms CPU of the client`,
    ...(serverMs.length === 0 ? [] : [`${median(serverMs)} ms of the server`]),
  ]
  const roundTrips = median(efforts.map((effort) => effort.roundTrips))
  return {
    what,
    against: '—',
    spread: spreadOf(efforts.map((effort) => effort.seconds)),
    unit: ' s',
    note: `each table ${roundTrips} round trips, ${cpu.join(', ')}`,
  }
}

/** Every table but the first refers to the one before. */
function columnsOf(table: number): readonly ColumnDefinition[] {
  if (table === 0) return COLUMNS
  return [
    ...COLUMNS,
    { name: 'anterior_id', type: 'UUID', references: { table: `tabela_${table - 1}` } },
  ]
}
