import type { Scene } from '../model/operation.js'
import type { World } from '../world/world.js'
import type { CrossingAttempt } from './crossing-attempt.js'

/** Ways from one tenant to another, and from one module to another, that have to be closed. */
export function crossingAttempts(scene: Scene, victim: World): readonly CrossingAttempt[] {
  const context = { tenantId: scene.world.tenant.id, userId: 'intruder' }
  const asIntruder = <T>(fn: () => Promise<T>) => scene.system.withContext(context, fn)
  const attempts = [...acrossTenants(scene, victim), ...acrossModules(scene)]
  return [
    ...attempts.map((attempt) => ({ ...attempt, run: () => asIntruder(attempt.run) })),
    {
      what: 'count the customers in no company’s name',
      refusedWith: ['PLT_TENANT_CONTEXT_REQUIRED'],
      run: () => scene.modules.vendas.count('clientes'),
    },
  ]
}

function acrossTenants({ system, modules, world }: Scene, victim: World): CrossingAttempt[] {
  const { vendas } = modules
  const tenantId = victim.tenant.id
  const [order] = victim.orders
  const [customer] = victim.customers
  const [ownOrder] = world.orders
  if (!order || !customer || !ownOrder) throw new Error('The companies have no orders.')
  return [
    {
      what: 'read another company’s order by its id',
      refusedWith: [],
      run: async () => (await vendas.select('pedidos', { where: { id: order.id } })).length,
    },
    {
      what: 'read all orders in raw SQL, without a filter',
      refusedWith: [],
      run: async () => {
        const sql = 'select id from pedidos where organization_id <> $1'
        return (await vendas.query(sql, [world.tenant.id])).length
      },
    },
    {
      what: 'change the orders of another company',
      refusedWith: [],
      run: async () => {
        const where = { organization_id: tenantId }
        return (await vendas.update('pedidos', { status: 'cancelado' }, { where })).affectedRows
      },
    },
    {
      what: 'delete the customers of another company',
      refusedWith: [],
      run: async () => {
        const where = { organization_id: tenantId }
        return (await vendas.delete('clientes', { where })).affectedRows
      },
    },
    {
      what: 'insert a customer for another company',
      refusedWith: ['PLT_TENANT_MISMATCH'],
      run: async () => {
        const stranger = { nome: 'Intruso', email: 'intruso@exemplo.com', cpf: '11144477735' }
        const rows = [{ ...stranger, organization_id: tenantId }]
        return (await vendas.insert('clientes', rows)).length
      },
    },
    {
      what: 'give an order away to another company',
      refusedWith: ['PLT_TENANT_MISMATCH'],
      run: async () => {
        const values = { organization_id: tenantId }
        const { affectedRows } = await vendas.update('pedidos', values, {
          where: { id: ownOrder.id },
        })
        return affectedRows
      },
    },
    {
      what: 'hang an order on another company’s customer',
      refusedWith: ['PLT_FOREIGN_KEY_VIOLATION'],
      run: async () => {
        const row = { numero: 999_999_999, status: 'aberto', valor_total: '1.00' } as const
        return (await vendas.insert('pedidos', [{ ...row, cliente_id: customer.id }])).length
      },
    },
    {
      what: 'switch company inside an open transaction',
      refusedWith: ['PLT_CONTEXT_CHANGED_IN_TRANSACTION'],
      run: () =>
        vendas.transaction((tx) => system.withContext({ tenantId }, () => tx.count('clientes'))),
    },
  ]
}

function acrossModules({ modules: { vendas } }: Scene): CrossingAttempt[] {
  const rowsOf = (sql: string) => async () => (await vendas.query(sql)).length
  return [
    {
      what: 'read the bills of financeiro from vendas',
      refusedWith: ['42501'],
      run: rowsOf('select id from module_financeiro.titulos'),
    },
    {
      what: 'raise the stock of estoque from vendas',
      refusedWith: ['42501'],
      run: rowsOf('update module_estoque.saldos set quantidade = 1000 returning id'),
    },
    {
      what: 'read the keys that sign contexts',
      refusedWith: ['42501'],
      run: rowsOf('select * from plataforma.context_keys'),
    },
    {
      what: 'become another role with SET ROLE',
      refusedWith: ['PLT_STATEMENT_NOT_ALLOWED'],
      run: rowsOf('set role postgres'),
    },
    {
      what: 'switch row-level security off',
      refusedWith: ['PLT_STATEMENT_NOT_ALLOWED'],
      run: rowsOf('alter table clientes disable row level security'),
    },
    {
      what: 'hide a second statement behind the first',
      refusedWith: ['PLT_STATEMENT_NOT_ALLOWED', '42601'],
      run: rowsOf('select 1; drop table clientes'),
    },
  ]
}
