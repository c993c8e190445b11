import type pg from 'pg'

/** Something that holds over several tables or modules as long as every transaction was atomic. */
interface Invariant {
  readonly what: string
  /** Gives a row for each time that it does not hold. */
  readonly violations: string
}

const INVARIANTS: readonly Invariant[] = [
  {
    what: 'every order of vendas has its bill in financeiro, of the same amount',
    violations: `
      select 1 from module_vendas.pedidos p
      full join module_financeiro.titulos t
        on t.organization_id = p.organization_id and t.pedido_id = p.id
      where p.id is null or t.id is null or p.valor_total <> t.valor`,
  },
  {
    what: 'every order is worth its items',
    violations: `
      select 1 from module_vendas.pedidos p
      left join module_vendas.itens_pedido i
        on i.organization_id = p.organization_id and i.pedido_id = p.id
      group by p.id, p.valor_total
      having p.valor_total is distinct from sum(i.quantidade * i.preco_unitario)`,
  },
  {
    what: 'every item of an order has left the stock of estoque',
    violations: `
      select 1 from module_vendas.itens_pedido i
      full join (select * from module_estoque.movimentos where tipo = 'venda') m
        on m.organization_id = i.organization_id and m.pedido_id = i.pedido_id
        and m.sku_id = i.sku_id
      where i.id is null or m.id is null or m.quantidade <> -i.quantidade`,
  },
  {
    what: 'every balance of estoque is the sum of its movements',
    violations: `
      select 1 from module_estoque.saldos s
      full join (
        select organization_id, deposito_id, sku_id, sum(quantidade) as quantidade
        from module_estoque.movimentos group by organization_id, deposito_id, sku_id
      ) m using (organization_id, deposito_id, sku_id)
      where s.quantidade is distinct from m.quantidade`,
  },
  {
    what: 'every entry of contabilidade has equal debits and credits',
    violations: `
      select 1 from module_contabilidade.partidas
      group by organization_id, lancamento_id
      having sum(valor) filter (where lado = 'debito')
        is distinct from sum(valor) filter (where lado = 'credito')`,
  },
]

/** How an invariant held. */
export interface Consistency {
  readonly what: string
  readonly violations: number
}

/** Counts, as the auditor, where half of a transaction would have been left. */
export async function checkConsistency(auditor: pg.Client): Promise<Consistency[]> {
  const results: Consistency[] = []
  for (const { what, violations } of INVARIANTS) {
    const sql = `select count(*)::int as violations from (${violations}) as found`
    const { rows } = await auditor.query<{ violations: number }>(sql)
    results.push({ what, violations: rows[0]?.violations ?? 0 })
  }
  return results
}
