// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type EventosNotaTipo = "autorizacao" | "carta_correcao" | "cancelamento";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface EventosNota {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nota_id: string;
  organization_id: Generated<string>;
  protocolo: string;
  tipo: EventosNotaTipo;
}

export interface NaturezasOperacao {
  cfop: string;
  created_at: Generated<Timestamp>;
  descricao: string;
  id: Generated<string>;
  organization_id: Generated<string>;
}

export interface NotasFiscais {
  /** No two companies have an invoice with the same key: unique across all tenants. */
  chave: string;
  created_at: Generated<Timestamp>;
  icms: Numeric;
  id: Generated<string>;
  natureza_id: string;
  numero: number;
  organization_id: Generated<string>;
  pedido_id: string;
  valor: Numeric;
}

export interface Tables {
  eventos_nota: EventosNota;
  naturezas_operacao: NaturezasOperacao;
  notas_fiscais: NotasFiscais;
}
