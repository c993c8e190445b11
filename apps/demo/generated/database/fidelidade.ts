// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type LancamentosMotivo = "compra" | "resgate" | "bonus";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Contas {
  cliente_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nivel_id: string;
  organization_id: Generated<string>;
  saldo: number;
}

export interface Lancamentos {
  conta_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  motivo: LancamentosMotivo;
  organization_id: Generated<string>;
  pontos: number;
}

export interface Niveis {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  pontos_minimos: number;
}

export interface Tables {
  contas: Contas;
  lancamentos: Lancamentos;
  niveis: Niveis;
}
