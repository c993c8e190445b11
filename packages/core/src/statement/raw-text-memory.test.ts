import {
  CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  sql,
} from 'kysely'
import { expect, test } from 'vitest'
import { assertModuleStatement } from './module-statement-guard.js'
import { ProvenQueryCompiler } from './proven-query-compiler.js'
import { holdsRawSql } from './raw-fragment.js'
import { RawTextMemory } from './raw-text-memory.js'

interface Tables {
  orders: { id: number; tenant_id: string; status: string; total: number; created_at: Date }
  items: { id: number; order_id: number; name: string }
}

const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new ProvenQueryCompiler(),
  },
})

const ordinary = db
  .selectFrom('orders')
  .innerJoin('items', 'items.order_id', 'orders.id')
  .select(['orders.id', 'orders.status', 'items.name'])
  .select((eb) => eb.fn.count('items.id').as('n'))
  .where('orders.status', 'in', ['open', 'paid'])
  .where('orders.total', '>', 10)
  .groupBy(['orders.id', 'items.name'])
  .orderBy('orders.created_at', 'desc')
  .limit(20)

test('tells raw from built', () => {
  const memory = new RawTextMemory()
  expect(memory.holdsRawSql(ordinary.compile())).toBe(false)
  expect(memory.holdsRawSql(ordinary.compile())).toBe(false)
  const raw = () => db.selectFrom('orders').select(sql`f()`.as('x')).compile()
  expect(memory.holdsRawSql(raw())).toBe(true)
  expect(memory.holdsRawSql(raw())).toBe(true)
})

test('a text says nothing where it did not come from its tree', () => {
  const memory = new RawTextMemory()
  const { sql: text, ...rest } = db.selectFrom('items').selectAll().compile()
  const forged = { ...rest, sql: "select set_config('role', 'x', false)" }
  expect(memory.holdsRawSql(forged)).toBe(true)
  expect(memory.holdsRawSql(CompiledQuery.raw('select 1'))).toBe(true)
  expect(memory.holdsRawSql({ ...rest, sql: text })).toBe(true)
  expect(memory.holdsRawSql(forged)).toBe(true)
})

test('a text that once came out of a tree without raw SQL is free of it, whoever sends it', () => {
  const memory = new RawTextMemory()
  const compiled = db.selectFrom('items').selectAll().compile()
  expect(memory.holdsRawSql(CompiledQuery.raw(compiled.sql))).toBe(true)
  expect(memory.holdsRawSql(compiled)).toBe(false)
  expect(memory.holdsRawSql(CompiledQuery.raw(compiled.sql))).toBe(false)
  memory.trust('select 1 as ours')
  expect(memory.holdsRawSql(CompiledQuery.raw('select 1 as ours'))).toBe(false)
})

test('what a statement’s judgement costs', () => {
  const memory = new RawTextMemory()
  const compiled = ordinary.compile()
  const node = compiled.query
  const bulk = db
    .insertInto('items')
    .values(Array.from({ length: 100 }, (_, id) => ({ id, order_id: id, name: 'x' })))
  const bulkNode = bulk.toOperationNode()
  let raw = 0
  const costs = {
    'guard of an ordinary text': cost(() => assertModuleStatement(compiled.sql, 'vendas')),
    'tree of a query': cost(() => {
      if (holdsRawSql(node)) raw++
    }),
    'tree of an insert of 100 rows': cost(() => {
      if (holdsRawSql(bulkNode)) raw++
    }),
    'remembered text': cost(() => {
      if (memory.holdsRawSql(compiled)) raw++
    }),
    'remembered text, put together anew': cost(() => {
      const text = compiled.sql.slice(0, 40) + compiled.sql.slice(40)
      if (memory.holdsRawSql({ ...compiled, sql: text })) raw++
    }),
  }
  const lines = Object.entries(costs).map(([what, us]) => `${us.toFixed(3)} µs  ${what}`)
  console.info(`${lines.join('\n')}\n`)
  expect(raw).toBe(0)
})

/** Microseconds per call in the best of many rounds: what is slower is the machine's. */
function cost(work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 40; round++) {
    const start = performance.now()
    for (let turn = 0; turn < 2_000; turn++) work()
    best = Math.min(best, (performance.now() - start) / 2)
  }
  return best
}
