// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Avaliacoes {
  cliente_id: string;
  comentario: string | null;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nota: number;
  organization_id: Generated<string>;
  produto_id: string;
}

export interface Respostas {
  avaliacao_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  texto: string;
}

export interface Votos {
  avaliacao_id: string;
  cliente_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  util: boolean;
}

export interface Tables {
  avaliacoes: Avaliacoes;
  respostas: Respostas;
  votos: Votos;
}
