// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type RastreiosSituacao =
  | "postado"
  | "em transito"
  | "saiu"
  | "entregue"
  | "ausente";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Entregas {
  codigo: string;
  created_at: Generated<Timestamp>;
  frete: Numeric;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_id: string;
  prevista_para: CalendarDate;
  transportadora_id: string;
}

export interface Rastreios {
  cidade: string;
  created_at: Generated<Timestamp>;
  entrega_id: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  situacao: RastreiosSituacao;
}

export interface Transportadoras {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  prazo_dias: number;
}

export interface Tables {
  entregas: Entregas;
  rastreios: Rastreios;
  transportadoras: Transportadoras;
}
