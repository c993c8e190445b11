import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'

const ACME = '018f6f9e-8c5a-7d31-b0a4-000000000001'
const OUTRA = '018f6f9e-8c5a-7d31-b0a4-000000000002'

interface Cliente {
  id: string
  organization_id: string
  nome: string
  email: string
}

let module: TestModule

beforeAll(async () => {
  module = await testModule()
  await module.vendas.createTable('clientes', [
    { name: 'id', type: 'UUID', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'nome', type: 'VARCHAR(255)', nullable: false },
    { name: 'email', type: 'VARCHAR(255)', unique: true },
  ])
})
afterAll(() => module[Symbol.asyncDispose]())

describe('a module', () => {
  test('inserts, selects, updates and deletes as its tenant', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      const inserted = await vendas.insert<Cliente>('clientes', [
        { organization_id: ACME, nome: 'João Silva', email: 'joao@email.com' },
        { nome: 'Maria Silva', email: 'maria@email.com' },
      ])
      expect(inserted.map((row) => [row.organization_id, row.nome])).toEqual([
        [ACME, 'João Silva'],
        [ACME, 'Maria Silva'],
      ])
      const found = await vendas.select<Cliente>('clientes', {
        where: { nome: { $ilike: '%silva%' }, email: { $ne: null } },
        orderBy: [{ column: 'nome', direction: 'DESC' }],
        limit: 10,
      })
      expect(found.map((row) => row.nome)).toEqual(['Maria Silva', 'João Silva'])
      const id = inserted[0]?.id ?? ''
      const updated = await vendas.update<Cliente>(
        'clientes',
        { email: 'novo@email.com' },
        { where: { id }, returning: ['id', 'email'] },
      )
      expect(updated).toEqual([{ id, email: 'novo@email.com' }])
    })
    await asTenant(OUTRA, async () => {
      expect(await vendas.count('clientes')).toBe(0)
      expect(await vendas.delete('clientes', { all: true })).toEqual({ affectedRows: 0 })
    })
    await asTenant(ACME, async () => {
      expect(await vendas.delete('clientes', { all: true })).toEqual({ affectedRows: 2 })
    })
  })
})
