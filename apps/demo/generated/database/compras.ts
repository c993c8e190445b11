// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type OrdensCompraStatus = "rascunho" | "enviada" | "recebida";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Fornecedores {
  cnpj: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  prazo_dias: number;
  razao_social: string;
}

export interface ItensOrdem {
  created_at: Generated<Timestamp>;
  custo_unitario: Numeric;
  id: Generated<string>;
  ordem_id: string;
  organization_id: Generated<string>;
  quantidade: number;
  sku_id: string;
}

export interface OrdensCompra {
  created_at: Generated<Timestamp>;
  fornecedor_id: string;
  id: Generated<string>;
  numero: number;
  organization_id: Generated<string>;
  status: OrdensCompraStatus;
}

export interface Tables {
  fornecedores: Fornecedores;
  itens_ordem: ItensOrdem;
  ordens_compra: OrdensCompra;
}
