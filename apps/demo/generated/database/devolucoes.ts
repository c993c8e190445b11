// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type SolicitacoesStatus =
  | "solicitada"
  | "aprovada"
  | "recebida"
  | "negada";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface ItensDevolvidos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  quantidade: number;
  sku_id: string;
  solicitacao_id: string;
}

export interface Motivos {
  created_at: Generated<Timestamp>;
  descricao: string;
  frete_gratis: boolean;
  id: Generated<string>;
  organization_id: Generated<string>;
}

export interface Solicitacoes {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  motivo_id: string;
  organization_id: Generated<string>;
  pedido_id: string;
  status: SolicitacoesStatus;
}

export interface Tables {
  itens_devolvidos: ItensDevolvidos;
  motivos: Motivos;
  solicitacoes: Solicitacoes;
}
