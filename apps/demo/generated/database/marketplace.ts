// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type AnunciosStatus = "ativo" | "pausado" | "sem estoque";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = ColumnType<JsonValue, JsonInput, JsonInput>;

export type JsonInput = boolean | number | object | string;

export type JsonValue = JsonValue[] | boolean | null | number | string | { [key: string]: JsonValue };

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Anuncios {
  canal_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  preco: Numeric;
  sku_id: string;
  status: AnunciosStatus;
}

export interface Canais {
  comissao: Numeric;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface PedidosCanal {
  canal_id: string;
  carga: Json;
  codigo_externo: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
}

export interface Tables {
  anuncios: Anuncios;
  canais: Canais;
  pedidos_canal: PedidosCanal;
}
