import { defineModule } from '../model/module-definition.js'
import { invoiceKey } from '../world/documents.js'
import { money } from '../world/money.js'

const OPERATIONS = [
  { cfop: '5102', descricao: 'Venda de mercadoria adquirida de terceiros' },
  { cfop: '6102', descricao: 'Venda de mercadoria para outro estado' },
  { cfop: '5202', descricao: 'Devolução de compra para comercialização' },
  { cfop: '5910', descricao: 'Remessa em bonificação, doação ou brinde' },
]
const ICMS_RATE = 0.18

export const fiscal = defineModule<'fiscal'>({
  name: 'fiscal',
  rows: ({ orders, random, tenant, today, nextNumber }) => {
    const operations = OPERATIONS.map((operation) => ({ ...operation, id: random.uuid(today) }))
    const invoices = orders
      .filter((order) => order.status === 'enviado' || order.status === 'entregue')
      .map((order) => {
        const number = nextNumber('nota fiscal')
        const issuedAt = order.placedAt
        const { state } = tenant.city
        return {
          id: random.uuid(issuedAt),
          natureza_id: random.pickPopular(operations).id,
          pedido_id: order.id,
          numero: number,
          chave: invoiceKey(random, { state, issuedAt, cnpj: tenant.cnpj, number }),
          valor: money(order.cents),
          icms: money(order.cents * ICMS_RATE),
          created_at: issuedAt,
        }
      })
    return {
      naturezas_operacao: operations,
      notas_fiscais: invoices,
      eventos_nota: invoices.flatMap(({ id: nota_id, created_at }) => {
        const protocolo = `1${random.digits(14)}`
        const authorised = { nota_id, tipo: 'autorizacao' as const, protocolo, created_at }
        const corrected = { ...authorised, tipo: 'carta_correcao' as const }
        return random.chance(0.05) ? [authorised, corrected] : [authorised]
      }),
    }
  },

  operations: [
    {
      name: 'list the latest invoices',
      weight: 2,
      run: async ({ modules: { fiscal } }) => {
        await fiscal.select('notas_fiscais', {
          columns: ['numero', 'chave', 'valor'],
          orderBy: [{ column: 'numero', direction: 'DESC' }],
          limit: 20,
        })
      },
    },
    {
      name: 'issue an invoice',
      weight: 2,
      run: async ({ modules: { fiscal }, world: { random, orders, tenant, nextNumber } }) => {
        const { id: pedido_id, cents } = random.pick(orders)
        const numero = nextNumber('nota fiscal')
        const { cnpj, city } = tenant
        const key = { state: city.state, issuedAt: new Date(), cnpj, number: numero }
        await fiscal.transaction(async (tx) => {
          const where = { cfop: '5102' }
          const [operation] = await tx.select('naturezas_operacao', { columns: ['id'], where })
          if (!operation) throw new Error('The company has no operation 5102.')
          const [invoice] = await tx.insert('notas_fiscais', [
            {
              natureza_id: operation.id,
              pedido_id,
              numero,
              chave: invoiceKey(random, key),
              valor: money(cents),
              icms: money(cents * ICMS_RATE),
            },
          ])
          if (!invoice) throw new Error('The invoice was not returned.')
          const protocolo = `1${random.digits(14)}`
          await tx.insert('eventos_nota', [{ nota_id: invoice.id, tipo: 'autorizacao', protocolo }])
        })
      },
    },
    {
      name: 'add up the taxes by month',
      weight: 1,
      run: async ({ modules: { fiscal } }) => {
        await fiscal.query(`
          select date_trunc('month', n.created_at) as mes, o.cfop, sum(n.icms) as icms
          from notas_fiscais n join naturezas_operacao o on o.id = n.natureza_id
          group by mes, o.cfop
          order by mes, o.cfop`)
      },
    },
  ],
})
