import { sql } from 'kysely'
import { amount, foreignId, partOf, reference, text } from '../model/columns.js'
import { defineModule } from '../model/module-definition.js'
import type { Row } from '../model/row.js'
import { table } from '../model/table-definition.js'
import { money } from '../world/money.js'

export interface PrecosTables {
  tabelas: Tabela
  itens: Item
  reajustes: Reajuste
}

interface Tabela extends Row {
  nome: string
  ativa: boolean
}

interface Item extends Row {
  tabela_id: string
  sku_id: string
  preco: string
  custo: string
}

interface Reajuste extends Row {
  tabela_id: string
  percentual: string
  motivo: string
}

const LISTS = ['Varejo', 'Atacado', 'Funcionários']
const REASONS = ['Reajuste do fornecedor', 'Inflação do trimestre', 'Liquidação', 'Câmbio']

export const precos = defineModule<'precos'>({
  name: 'precos',
  tables: {
    tabelas: table([
      { name: 'nome', type: 'VARCHAR(40)', nullable: false, unique: true },
      { name: 'ativa', type: 'BOOLEAN', nullable: false },
    ]),
    itens: table(
      [partOf('tabelas', 'tabela_id'), foreignId('sku_id'), amount('preco'), amount('custo')],
      { uniques: [['tabela_id', 'sku_id']] },
    ),
    reajustes: table(
      [
        reference('tabelas', 'tabela_id'),
        {
          name: 'percentual',
          type: 'NUMERIC(5,2)',
          nullable: false,
          check: 'percentual between -90 and 90',
        },
        text('motivo'),
      ],
      { indexes: [['tabela_id', 'created_at']] },
    ),
  },

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
