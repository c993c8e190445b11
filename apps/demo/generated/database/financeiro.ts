// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export type TitulosStatus = "aberto" | "pago" | "cancelado";

/** What was received for a bill. */
export interface Baixas {
  conta_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  titulo_id: string;
  valor: Numeric;
}

export interface ContasBancarias {
  agencia: string;
  banco: string;
  conta: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
}

export interface Despesas {
  created_at: Generated<Timestamp>;
  descricao: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  paga: boolean;
  valor: Numeric;
  vencimento: CalendarDate;
}

/** What a customer owes for an order. */
export interface Titulos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_id: string;
  status: TitulosStatus;
  valor: Numeric;
  vencimento: CalendarDate;
}

export interface Tables {
  baixas: Baixas;
  contas_bancarias: ContasBancarias;
  despesas: Despesas;
  titulos: Titulos;
}
