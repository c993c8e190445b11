// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type LancamentosStatus = "previsto" | "pago" | "estornado";

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Lancamentos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_id: string;
  status: LancamentosStatus;
  valor: Numeric;
  vendedor_id: string;
}

export interface Metas {
  competencia: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  valor: Numeric;
  vendedor_id: string;
}

export interface Vendedores {
  created_at: Generated<Timestamp>;
  funcionario_id: string;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  percentual: Numeric;
}

export interface Tables {
  lancamentos: Lancamentos;
  metas: Metas;
  vendedores: Vendedores;
}
