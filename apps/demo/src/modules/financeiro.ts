import type { TitulosStatus } from '../../generated/database/financeiro.js'
import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'
import type { Order } from '../world/world.js'

const BANKS = ['Banco do Brasil', 'Caixa', 'Itaú', 'Bradesco', 'Santander', 'Nubank', 'Sicredi']
const EXPENSES = ['Aluguel', 'Energia', 'Frete', 'Embalagens', 'Publicidade', 'Software', 'Limpeza']

export const financeiro = defineModule<'financeiro'>({
  name: 'financeiro',
  rows: ({ orders, random, scaled, today }) => {
    const accounts = random.sample(BANKS, 3).map((banco) => ({
      id: random.uuid(today),
      banco,
      agencia: random.digits(4),
      conta: `${random.digits(6)}-${random.digits(1)}`,
    }))
    const bills = orders.map((order) => ({
      id: random.uuid(order.placedAt),
      pedido_id: order.id,
      valor: money(order.cents),
      vencimento: isoDate(random.daysAfter(order.placedAt, 30)),
      status: statusOf(order),
      created_at: order.placedAt,
    }))
    return {
      contas_bancarias: accounts,
      titulos: bills,
      baixas: bills
        .filter((bill) => bill.status === 'pago')
        .map(({ id, valor, created_at }) => ({
          titulo_id: id,
          conta_id: random.pick(accounts).id,
          valor,
          created_at,
        })),
      despesas: Array.from({ length: scaled(60) }, () => ({
        descricao: random.pick(EXPENSES),
        valor: money(random.integer(5_000, 900_000)),
        vencimento: isoDate(random.daysBefore(today, 90)),
        paga: random.chance(0.8),
      })),
    }
  },

  operations: [
    {
      name: 'receive a payment',
      weight: 3,
      run: async ({ modules: { financeiro } }) => {
        await financeiro.transaction(async (tx) => {
          const [bill] = await tx.query<{ id: string; valor: string }>(`
            select id, valor from titulos
            where status = 'aberto'
            order by vencimento
            limit 1
            for update skip locked`)
          const [account] = await tx.select('contas_bancarias', { columns: ['id'], limit: 1 })
          if (!bill || !account) return
          const receipt = { titulo_id: bill.id, conta_id: account.id, valor: bill.valor }
          await tx.insert('baixas', [receipt])
          await tx.update('titulos', { status: 'pago' }, { where: { id: bill.id } })
        })
      },
    },
    {
      name: 'list overdue bills',
      weight: 2,
      run: async ({ modules: { financeiro } }) => {
        await financeiro.select('titulos', {
          where: { status: 'aberto', vencimento: { $lt: isoDate(new Date()) } },
          orderBy: [{ column: 'vencimento', direction: 'ASC' }],
          limit: 20,
        })
      },
    },
    {
      name: 'draw up the cash flow',
      weight: 1,
      run: async ({ modules: { financeiro } }) => {
        await financeiro.query(`
          select date_trunc('week', dia)::date as semana, sum(entra) as entra, sum(sai) as sai
          from (
            select vencimento as dia, valor as entra, 0 as sai from titulos
            where status <> 'cancelado'
            union all
            select vencimento, 0, valor from despesas
          ) as fluxo
          group by semana
          order by semana`)
      },
    },
  ],
})

function statusOf({ status }: Order): TitulosStatus {
  if (status === 'cancelado') return 'cancelado'
  return status === 'aberto' ? 'aberto' : 'pago'
}
