// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type MovimentosTipo = "inventario" | "entrada" | "venda" | "retorno";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Depositos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  uf: string;
}

export interface Movimentos {
  created_at: Generated<Timestamp>;
  deposito_id: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_id: string | null;
  quantidade: number;
  sku_id: string;
  tipo: MovimentosTipo;
}

export interface Saldos {
  created_at: Generated<Timestamp>;
  deposito_id: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  /** Nothing is sold that is not there: the order that tries is undone as a whole. */
  quantidade: number;
  sku_id: string;
}

export interface Tables {
  depositos: Depositos;
  movimentos: Movimentos;
  saldos: Saldos;
}
