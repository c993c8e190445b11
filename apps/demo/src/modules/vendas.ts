import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'
import { cancelOrder } from './flows/cancel-order.js'
import { placeOrder } from './flows/place-order.js'

export const vendas = defineModule<'vendas'>({
  name: 'vendas',
  rows: ({ customers, orders, random, vocabulary }) => ({
    clientes: customers.map(({ id, name, email, cpf, phone, since }) => ({
      id,
      nome: name,
      email,
      cpf,
      telefone: random.chance(0.9) ? phone : null,
      ativo: random.chance(0.95),
      created_at: since,
    })),
    enderecos: customers.map(({ id, city, since }) => ({
      cliente_id: id,
      logradouro: random.pick(vocabulary.streets),
      numero: String(random.integer(1, 2500)),
      cidade: city.name,
      uf: city.uf,
      cep: city.cep + random.digits(5),
      created_at: since,
    })),
    pedidos: orders.map(({ id, customer, number, status, cents, placedAt }) => ({
      id,
      cliente_id: customer.id,
      numero: number,
      status,
      valor_total: money(cents),
      created_at: placedAt,
    })),
    itens_pedido: orders.flatMap((order) =>
      order.lines.map(({ id, sku, quantity }) => ({
        id,
        pedido_id: order.id,
        sku_id: sku.id,
        quantidade: quantity,
        preco_unitario: money(sku.cents),
        created_at: order.placedAt,
      })),
    ),
  }),

  operations: [
    { name: 'place an order', weight: 6, run: placeOrder },
    { name: 'cancel an order', weight: 1, run: cancelOrder },
    {
      name: 'find customers by name',
      weight: 4,
      run: async ({ modules: { vendas }, world: { random, vocabulary } }) => {
        await vendas.select('clientes', {
          columns: ['id', 'nome', 'email'],
          where: { nome: { $ilike: `${random.pick(vocabulary.firstNames)}%` }, ativo: true },
          orderBy: [{ column: 'nome', direction: 'ASC' }],
          limit: 10,
        })
      },
    },
    {
      name: 'open an order with its items',
      weight: 5,
      run: async ({ modules: { vendas }, world: { random, orders } }) => {
        await vendas.db
          .selectFrom('pedidos')
          .innerJoin('itens_pedido', 'itens_pedido.pedido_id', 'pedidos.id')
          .innerJoin('clientes', 'clientes.id', 'pedidos.cliente_id')
          .select(['pedidos.numero', 'clientes.nome', 'itens_pedido.quantidade'])
          .where('pedidos.id', '=', random.pick(orders).id)
          .execute()
      },
    },
    {
      name: 'report the best customers',
      weight: 1,
      run: async ({ modules: { vendas } }) => {
        await vendas.query(`
          select c.nome, count(*)::int as pedidos, sum(p.valor_total) as total
          from pedidos p join clientes c on c.id = p.cliente_id
          where p.status <> 'cancelado'
          group by c.id, c.nome
          order by total desc
          limit 10`)
      },
    },
  ],
})
