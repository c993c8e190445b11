// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = ColumnType<JsonValue, JsonInput, JsonInput>;

export type JsonInput = boolean | number | object | string;

export type JsonValue = JsonValue[] | boolean | null | number | string | { [key: string]: JsonValue };

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Categorias {
  caminho: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Marcas {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Produtos {
  atributos: Json;
  categoria_id: string;
  created_at: Generated<Timestamp>;
  etiquetas: (string | null)[];
  id: Generated<string>;
  marca_id: string;
  nome: string;
  organization_id: Generated<string>;
  preco: Numeric;
}

export interface Variacoes {
  codigo: string;
  cor: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  produto_id: string;
}

export interface Tables {
  categorias: Categorias;
  marcas: Marcas;
  produtos: Produtos;
  variacoes: Variacoes;
}
