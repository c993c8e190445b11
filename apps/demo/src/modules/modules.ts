import type { AssinaturasTables } from './assinaturas.js'
import type { AtendimentoTables } from './atendimento.js'
import type { AvaliacoesTables } from './avaliacoes.js'
import type { CatalogoTables } from './catalogo.js'
import type { ComissoesTables } from './comissoes.js'
import type { ComprasTables } from './compras.js'
import type { ContabilidadeTables } from './contabilidade.js'
import type { CrmTables } from './crm.js'
import type { DevolucoesTables } from './devolucoes.js'
import type { EstoqueTables } from './estoque.js'
import type { FidelidadeTables } from './fidelidade.js'
import type { FinanceiroTables } from './financeiro.js'
import type { FiscalTables } from './fiscal.js'
import type { LogisticaTables } from './logistica.js'
import type { MarketingTables } from './marketing.js'
import type { MarketplaceTables } from './marketplace.js'
import type { NavegacaoTables } from './navegacao.js'
import type { PagamentosTables } from './pagamentos.js'
import type { PrecosTables } from './precos.js'
import type { PromocoesTables } from './promocoes.js'
import type { RhTables } from './rh.js'
import type { VendasTables } from './vendas.js'

/** The row types of every module: what the system's types are made from. */
export interface Modules {
  vendas: VendasTables
  catalogo: CatalogoTables
  estoque: EstoqueTables
  financeiro: FinanceiroTables
  fiscal: FiscalTables
  logistica: LogisticaTables
  pagamentos: PagamentosTables
  compras: ComprasTables
  crm: CrmTables
  marketing: MarketingTables
  promocoes: PromocoesTables
  fidelidade: FidelidadeTables
  atendimento: AtendimentoTables
  avaliacoes: AvaliacoesTables
  devolucoes: DevolucoesTables
  assinaturas: AssinaturasTables
  marketplace: MarketplaceTables
  precos: PrecosTables
  rh: RhTables
  comissoes: ComissoesTables
  contabilidade: ContabilidadeTables
  navegacao: NavegacaoTables
}

export type ModuleName = keyof Modules
