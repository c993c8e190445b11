import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

const PLANS = [
  { nome: 'Clube básico', cents: 2_990 },
  { nome: 'Clube família', cents: 5_990 },
  { nome: 'Clube premium', cents: 9_990 },
]
const MONTHS = 6

export const assinaturas = defineModule<'assinaturas'>({
  name: 'assinaturas',
  rows: ({ customers, random, scaled, today }) => {
    const plans = PLANS.map((plan) => ({ ...plan, id: random.uuid(today) }))
    const contracts = random.sample(customers, scaled(40)).map((customer) => {
      const plan = random.pick(plans)
      const created_at = random.daysBefore(today, 360)
      return {
        plan,
        row: {
          id: random.uuid(created_at),
          plano_id: plan.id,
          cliente_id: customer.id,
          status: random.pick(['ativo', 'ativo', 'ativo', 'pausado', 'encerrado'] as const),
          dia_cobranca: random.integer(1, 28),
          created_at,
        },
      }
    })
    return {
      planos: plans.map(({ id, nome, cents }) => ({ id, nome, mensalidade: money(cents) })),
      contratos: contracts.map(({ row }) => row),
      faturas: contracts.flatMap(({ plan, row }) =>
        Array.from({ length: MONTHS }, (_, back) => ({
          contrato_id: row.id,
          competencia: isoDate(
            new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1)),
          ),
          valor: money(plan.cents),
          paga: back > 0 || random.chance(0.6),
        })),
      ),
    }
  },

  operations: [
    {
      name: 'add up the recurring revenue',
      weight: 1,
      run: async ({ modules: { assinaturas } }) => {
        await assinaturas.db
          .selectFrom('contratos')
          .innerJoin('planos', 'planos.id', 'contratos.plano_id')
          .select(({ fn }) => ['planos.nome', fn.sum<string>('planos.mensalidade').as('receita')])
          .where('contratos.status', '=', 'ativo')
          .groupBy('planos.nome')
          .execute()
      },
    },
    {
      name: 'pause or resume a contract',
      weight: 1,
      run: async ({ modules: { assinaturas }, world: { random } }) => {
        const where = { dia_cobranca: random.integer(1, 28), status: 'pausado' } as const
        await assinaturas.update('contratos', { status: 'ativo' }, { where, returning: ['id'] })
      },
    },
    {
      name: 'list unpaid invoices',
      weight: 2,
      run: async ({ modules: { assinaturas } }) => {
        await assinaturas.select('faturas', {
          where: { paga: false },
          orderBy: [{ column: 'competencia', direction: 'ASC' }],
          limit: 20,
        })
      },
    },
  ],
})
