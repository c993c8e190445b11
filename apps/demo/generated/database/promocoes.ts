// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type CuponsTipo = "percentual" | "fixo" | "frete";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Cupons {
  codigo: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  tipo: CuponsTipo;
  valido_ate: CalendarDate;
  valor: Numeric;
}

export interface Regras {
  categoria: string;
  created_at: Generated<Timestamp>;
  cupom_id: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_minimo: Numeric;
}

export interface Resgates {
  created_at: Generated<Timestamp>;
  cupom_id: string;
  desconto: Numeric;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_id: string;
}

export interface Tables {
  cupons: Cupons;
  regras: Regras;
  resgates: Resgates;
}
