import { sql } from 'kysely'
import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'

const LISTS = ['Varejo', 'Atacado', 'Funcionários']
const REASONS = ['Reajuste do fornecedor', 'Inflação do trimestre', 'Liquidação', 'Câmbio']

export const precos = defineModule<'precos'>({
  name: 'precos',
  rows: ({ random, scaled, skus, today }) => {
    const lists = LISTS.map((nome) => ({ id: random.uuid(today), nome, ativa: true }))
    return {
      tabelas: lists,
      itens: lists.flatMap(({ id: tabela_id }, place) =>
        skus.map((sku) => ({
          tabela_id,
          sku_id: sku.id,
          preco: money(sku.cents * (1 - place * 0.12)),
          custo: money(sku.cents * 0.5),
        })),
      ),
      reajustes: Array.from({ length: scaled(30) }, () => ({
        tabela_id: random.pick(lists).id,
        percentual: money(random.integer(-1500, 1500)),
        motivo: random.pick(REASONS),
        created_at: random.daysBefore(today, 360),
      })),
    }
  },

  operations: [
    {
      name: 'look up the price of an article',
      weight: 5,
      run: async ({ modules: { precos }, world: { random, skus } }) => {
        await precos.select('itens', {
          columns: ['tabela_id', 'preco'],
          where: { sku_id: random.pickPopular(skus).id },
        })
      },
    },
    {
      name: 'adjust a price',
      weight: 1,
      run: async ({ modules: { precos }, world: { random, skus } }) => {
        await precos.update(
          'itens',
          { preco: sql`round(preco * 1.01, 2)` },
          { where: { sku_id: random.pick(skus).id }, returning: ['id', 'preco'] },
        )
      },
    },
  ],
})
