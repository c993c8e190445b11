// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Itens {
  created_at: Generated<Timestamp>;
  custo: Numeric;
  id: Generated<string>;
  organization_id: Generated<string>;
  preco: Numeric;
  sku_id: string;
  tabela_id: string;
}

export interface Reajustes {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  motivo: string;
  organization_id: Generated<string>;
  percentual: Numeric;
  tabela_id: string;
}

export interface Tabelas {
  ativa: boolean;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Tables {
  itens: Itens;
  reajustes: Reajustes;
  tabelas: Tabelas;
}
