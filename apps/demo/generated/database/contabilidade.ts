// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type PartidasLado = "debito" | "credito";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Contas {
  codigo: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Lancamentos {
  created_at: Generated<Timestamp>;
  dia: CalendarDate;
  historico: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  origem_id: string;
}

/** One side of double entry: the two sides of a lancamento are equal. */
export interface Partidas {
  conta_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  lado: PartidasLado;
  lancamento_id: string;
  organization_id: Generated<string>;
  valor: Numeric;
}

export interface Tables {
  contas: Contas;
  lancamentos: Lancamentos;
  partidas: Partidas;
}
