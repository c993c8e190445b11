// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type EventosTipo = "visita" | "carrinho" | "compra";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = ColumnType<JsonValue, JsonInput, JsonInput>;

export type JsonInput = boolean | number | object | string;

export type JsonValue = JsonValue[] | boolean | null | number | string | { [key: string]: JsonValue };

export type SessoesDispositivo = "celular" | "computador" | "tablet";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Eventos {
  created_at: Generated<Timestamp>;
  detalhes: Json;
  id: Generated<string>;
  organization_id: Generated<string>;
  produto_id: string;
  sessao_id: string;
  tipo: EventosTipo;
}

export interface Origens {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Sessoes {
  created_at: Generated<Timestamp>;
  dispositivo: SessoesDispositivo;
  id: Generated<string>;
  ip: string;
  organization_id: Generated<string>;
  origem_id: string;
}

export interface Tables {
  eventos: Eventos;
  origens: Origens;
  sessoes: Sessoes;
}
