// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type {} from "@plataforma/database-system";
import type { Tables as Tables_assinaturas } from "./assinaturas.js";
import type { Tables as Tables_atendimento } from "./atendimento.js";
import type { Tables as Tables_avaliacoes } from "./avaliacoes.js";
import type { Tables as Tables_catalogo } from "./catalogo.js";
import type { Tables as Tables_comissoes } from "./comissoes.js";
import type { Tables as Tables_compras } from "./compras.js";
import type { Tables as Tables_contabilidade } from "./contabilidade.js";
import type { Tables as Tables_crm } from "./crm.js";
import type { Tables as Tables_devolucoes } from "./devolucoes.js";
import type { Tables as Tables_estoque } from "./estoque.js";
import type { Tables as Tables_fidelidade } from "./fidelidade.js";
import type { Tables as Tables_financeiro } from "./financeiro.js";
import type { Tables as Tables_fiscal } from "./fiscal.js";
import type { Tables as Tables_logistica } from "./logistica.js";
import type { Tables as Tables_marketing } from "./marketing.js";
import type { Tables as Tables_marketplace } from "./marketplace.js";
import type { Tables as Tables_navegacao } from "./navegacao.js";
import type { Tables as Tables_pagamentos } from "./pagamentos.js";
import type { Tables as Tables_precos } from "./precos.js";
import type { Tables as Tables_promocoes } from "./promocoes.js";
import type { Tables as Tables_rh } from "./rh.js";
import type { Tables as Tables_vendas } from "./vendas.js";

/** The tables of each module, for `createPlatformaDatabaseSystem<Modules>()`. */
export interface Modules {
  assinaturas: Tables_assinaturas;
  atendimento: Tables_atendimento;
  avaliacoes: Tables_avaliacoes;
  catalogo: Tables_catalogo;
  comissoes: Tables_comissoes;
  compras: Tables_compras;
  contabilidade: Tables_contabilidade;
  crm: Tables_crm;
  devolucoes: Tables_devolucoes;
  estoque: Tables_estoque;
  fidelidade: Tables_fidelidade;
  financeiro: Tables_financeiro;
  fiscal: Tables_fiscal;
  logistica: Tables_logistica;
  marketing: Tables_marketing;
  marketplace: Tables_marketplace;
  navegacao: Tables_navegacao;
  pagamentos: Tables_pagamentos;
  precos: Tables_precos;
  promocoes: Tables_promocoes;
  rh: Tables_rh;
  vendas: Tables_vendas;
}

declare module "@plataforma/database-system" {
  interface Register {
    modules: Modules;
  }
}
