import type { ModuleDefinition } from '../model/module-definition.js'
import { assinaturas } from './assinaturas.js'
import { atendimento } from './atendimento.js'
import { avaliacoes } from './avaliacoes.js'
import { catalogo } from './catalogo.js'
import { comissoes } from './comissoes.js'
import { compras } from './compras.js'
import { contabilidade } from './contabilidade.js'
import { crm } from './crm.js'
import { devolucoes } from './devolucoes.js'
import { estoque } from './estoque.js'
import { fidelidade } from './fidelidade.js'
import { financeiro } from './financeiro.js'
import { fiscal } from './fiscal.js'
import { logistica } from './logistica.js'
import { marketing } from './marketing.js'
import { marketplace } from './marketplace.js'
import type { ModuleName } from './modules.js'
import { navegacao } from './navegacao.js'
import { pagamentos } from './pagamentos.js'
import { precos } from './precos.js'
import { promocoes } from './promocoes.js'
import { rh } from './rh.js'
import { vendas } from './vendas.js'

/** The 22 modules of the platform, in the order of its summary. */
export const MODULE_DEFINITIONS = {
  vendas,
  catalogo,
  estoque,
  financeiro,
  fiscal,
  logistica,
  pagamentos,
  compras,
  crm,
  marketing,
  promocoes,
  fidelidade,
  atendimento,
  avaliacoes,
  devolucoes,
  assinaturas,
  marketplace,
  precos,
  rh,
  comissoes,
  contabilidade,
  navegacao,
} satisfies { readonly [Name in ModuleName]: ModuleDefinition<Name> }
