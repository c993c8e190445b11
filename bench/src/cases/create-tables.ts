import type { ColumnDefinition } from '@plataforma/core'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'
import { createPlatform } from '../setting/platform.js'

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
    const seconds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await using platform = await createPlatform(server, `create_tables_${round}`)
      const start = performance.now()
      for (let module = 0; module < MODULES; module++) {
        const created = await platform.database.createModule(`modulo_${module}`)
        for (let table = 0; table < TABLES; table++) {
          await created.createTable(`tabela_${table}`, columnsOf(table), {
            indexes: [{ columns: ['nome'] }, { columns: ['created_at'] }],
          })
        }
      }
      seconds.push((performance.now() - start) / 1_000)
    }
    return [
      {
        what: `${MODULES} modules × ${TABLES} tables created`,
        against: '—',
        spread: spreadOf(seconds),
        unit: ' s',
        aim: { atMost: 15 },
      },
    ]
  },
}

/** Every table but the first refers to the one before. */
function columnsOf(table: number): readonly ColumnDefinition[] {
  if (table === 0) return COLUMNS
  return [
    ...COLUMNS,
    { name: 'anterior_id', type: 'UUID', references: { table: `tabela_${table - 1}` } },
  ]
}
