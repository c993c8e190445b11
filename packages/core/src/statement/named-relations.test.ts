import { Kysely, PostgresDialect, sql } from 'kysely'
import { expect, test } from 'vitest'
import { namedRelations } from './named-relations.js'

// biome-ignore lint/suspicious/noExplicitAny: any tables
const db = new Kysely<any>({ dialect: new PostgresDialect({ pool: async () => never() }) })

function never(): never {
  throw new Error('Nothing is sent here.')
}

test('names the relations of a read, wherever they stand', () => {
  const query = db
    .with('c', (cte) => cte.selectFrom('in_cte').selectAll())
    .selectFrom(['a as x', 'm.b'])
    .leftJoin('joined', 'joined.id', 'x.id')
    .where('x.id', 'in', db.selectFrom('sub').select('id'))
    .where('x.id', 'in', [1, 2])
    .select([db.selectFrom('scalar').select('id').as('s'), sql`1`.as('one')])
    .union(db.selectFrom('other').select(['s', 'one']))
  const { names, writes } = namedRelations(query.toOperationNode())
  const wanted = ['a', 'b', 'in_cte', 'joined', 'other', 'scalar', 'sub']
  expect(names).toEqual(expect.arrayContaining(wanted))
  expect(writes).toBe(false)
})

test.each([
  db.insertInto('t').values({ a: 1 }).toOperationNode(),
  db.insertInto('t').expression(db.selectFrom('t').selectAll()).toOperationNode(),
  db.updateTable('t').set({ a: 1 }).toOperationNode(),
  db.deleteFrom('t').toOperationNode(),
  db.mergeInto('t').using('t as s', 's.id', 't.id').whenMatched().thenDelete().toOperationNode(),
  db
    .with('c', (cte) => cte.deleteFrom('t').returningAll())
    .selectFrom('t')
    .selectAll()
    .toOperationNode(),
])('sees a write', (node) => {
  const { names, writes } = namedRelations(node)
  expect(names).toContain('t')
  expect(writes).toBe(true)
})
