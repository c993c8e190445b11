import { OperationNodeTransformer, type RawNode } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'

let module: TestModule
beforeAll(async () => {
  module = await testModule()
  await module.vendas.createTable('clientes', [
    { name: 'id', type: 'INT', primaryKey: true },
    { name: 'organization_id', type: 'UUID' },
    { name: 'nome', type: 'TEXT' },
    { name: 'tags', type: 'TEXT[]', default: [] },
  ])
})
afterAll(() => module[Symbol.asyncDispose]())

class RawFinder extends OperationNodeTransformer {
  found = 0
  protected override transformRaw(node: RawNode): RawNode {
    this.found++
    return super.transformRaw(node)
  }
}

/** A statement with a raw fragment may change its session, and is cleaned up after at a price. */
test('no verb sends a raw fragment', async () => {
  const { vendas, asTenant, sent } = module
  await asTenant('018f6f9e-8c5a-7d31-b0a4-000000000001', async () => {
    const rows = Array.from({ length: 40 }, (_, id) => ({ id, ...(id % 2 && { tags: ['a'] }) }))
    await vendas.insert('clientes', rows)
    await vendas.insert('clientes', rows.slice(0, 0).concat({ id: 100 }))
    await vendas.upsert('clientes', rows, { conflict: ['id'], returning: false })
    const orderBy = [{ column: 'nome', direction: 'desc', nulls: 'last' }] as const
    const page = await vendas.page('clientes', { limit: 3, orderBy })
    await vendas.select('clientes', {
      where: {
        nome: { $like: 'a%', $ilike: 'b', $between: ['a', 'b'], $isNull: false, $ne: null },
        tags: { $overlaps: ['a'], $in: [['a']] },
        id: { $in: [1, 2], $nin: [3] },
        $or: [{ id: 1 }, { $not: { id: 2 } }],
      },
      orderBy,
      after: page.next ?? undefined,
      offset: 1,
    })
    await vendas.count('clientes')
    await vendas.update('clientes', { nome: 'x' }, { all: true, returning: ['id'] })
    await vendas.delete('clientes', { where: { id: 5 } })
  })
  const finder = new RawFinder()
  for (const { query } of sent) finder.transformNode(query)
  expect(sent.length).toBeGreaterThanOrEqual(8)
  expect(finder.found).toBe(0)
})
