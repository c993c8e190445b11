// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export type TransacoesStatus = "aprovada" | "recusada" | "pendente";

export interface Estornos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  motivo: string;
  organization_id: Generated<string>;
  transacao_id: string;
  valor: Numeric;
}

export interface Meios {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  taxa: Numeric;
}

export interface Transacoes {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  meio_id: string;
  nsu: string;
  organization_id: Generated<string>;
  parcelas: number;
  pedido_id: string;
  status: TransacoesStatus;
  valor: Numeric;
}

export interface Tables {
  estornos: Estornos;
  meios: Meios;
  transacoes: Transacoes;
}
