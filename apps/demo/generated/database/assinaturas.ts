// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type ContratosStatus = "ativo" | "pausado" | "encerrado";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Contratos {
  cliente_id: string;
  created_at: Generated<Timestamp>;
  dia_cobranca: number;
  id: Generated<string>;
  organization_id: Generated<string>;
  plano_id: string;
  status: ContratosStatus;
}

export interface Faturas {
  competencia: CalendarDate;
  contrato_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  paga: boolean;
  valor: Numeric;
}

export interface Planos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  mensalidade: Numeric;
  nome: string;
  organization_id: Generated<string>;
}

export interface Tables {
  contratos: Contratos;
  faturas: Faturas;
  planos: Planos;
}
