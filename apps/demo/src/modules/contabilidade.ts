import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

const ACCOUNTS = [
  { codigo: '1.1.1', nome: 'Caixa' },
  { codigo: '1.1.2', nome: 'Clientes' },
  { codigo: '1.1.3', nome: 'Estoques' },
  { codigo: '2.1.1', nome: 'Fornecedores' },
  { codigo: '3.1.1', nome: 'Receita de vendas' },
  { codigo: '4.1.1', nome: 'Despesas com frete' },
]

export const contabilidade = defineModule<'contabilidade'>({
  name: 'contabilidade',
  rows: ({ orders, random, today }) => {
    const accounts = ACCOUNTS.map((account) => ({ ...account, id: random.uuid(today) }))
    const idOf = (codigo: string) => accounts.find((one) => one.codigo === codigo)?.id ?? ''
    const sales = orders
      .filter((order) => order.status !== 'cancelado')
      .map((order) => ({ order, id: random.uuid(order.placedAt) }))
    return {
      contas: accounts,
      lancamentos: sales.map(({ order, id }) => ({
        id,
        origem_id: order.id,
        dia: isoDate(order.placedAt),
        historico: `Venda do pedido ${order.number}`,
        created_at: order.placedAt,
      })),
      partidas: sales.flatMap(({ order, id }) => {
        const entry = { lancamento_id: id, valor: money(order.cents), created_at: order.placedAt }
        return [
          { ...entry, conta_id: idOf('1.1.2'), lado: 'debito' as const },
          { ...entry, conta_id: idOf('3.1.1'), lado: 'credito' as const },
        ]
      }),
    }
  },

  operations: [
    {
      name: 'post a sale to the books',
      weight: 2,
      run: async ({ modules: { contabilidade }, world: { random, orders } }) => {
        const order = random.pick(orders)
        await contabilidade.transaction(async (tx) => {
          const [receivable, revenue] = await tx.select('contas', {
            columns: ['id'],
            where: { codigo: { $in: ['1.1.2', '3.1.1'] } },
            orderBy: [{ column: 'codigo', direction: 'ASC' }],
          })
          if (!receivable || !revenue) throw new Error('The company has no chart of accounts.')
          const [entry] = await tx.insert('lancamentos', [
            {
              origem_id: order.id,
              dia: isoDate(new Date()),
              historico: `Venda do pedido ${order.number}`,
            },
          ])
          if (!entry) throw new Error('The entry was not returned.')
          const side = { lancamento_id: entry.id, valor: money(order.cents) }
          await tx.insert('partidas', [
            { ...side, conta_id: receivable.id, lado: 'debito' },
            { ...side, conta_id: revenue.id, lado: 'credito' },
          ])
        })
      },
    },
    {
      name: 'draw up the trial balance',
      weight: 1,
      run: async ({ modules: { contabilidade } }) => {
        await contabilidade.query(`
          select c.codigo, c.nome,
            sum(p.valor) filter (where p.lado = 'debito') as debitos,
            sum(p.valor) filter (where p.lado = 'credito') as creditos
          from contas c join partidas p on p.conta_id = c.id
          group by c.id, c.codigo, c.nome
          order by c.codigo`)
      },
    },
  ],
})
