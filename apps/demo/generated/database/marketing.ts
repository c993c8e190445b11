// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type CampanhasCanal = "email" | "sms" | "push" | "whatsapp";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = ColumnType<JsonValue, JsonInput, JsonInput>;

export type JsonInput = boolean | number | object | string;

export type JsonValue = JsonValue[] | boolean | null | number | string | { [key: string]: JsonValue };

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Campanhas {
  canal: CampanhasCanal;
  created_at: Generated<Timestamp>;
  fim: CalendarDate;
  id: Generated<string>;
  inicio: CalendarDate;
  nome: string;
  organization_id: Generated<string>;
  segmento_id: string;
  verba: Numeric;
}

export interface Envios {
  aberto: boolean;
  campanha_id: string;
  clicado: boolean;
  cliente_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
}

export interface Segmentos {
  created_at: Generated<Timestamp>;
  criterios: Json;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Tables {
  campanhas: Campanhas;
  envios: Envios;
  segmentos: Segmentos;
}
