// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type InteracoesCanal = "email" | "telefone" | "whatsapp" | "visita";

export type LeadsOrigem = "site" | "indicacao" | "evento" | "anuncio";

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type OportunidadesEtapa =
  | "qualificacao"
  | "proposta"
  | "negociacao"
  | "ganha"
  | "perdida";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Interacoes {
  anotacao: string;
  canal: InteracoesCanal;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  lead_id: string;
  organization_id: Generated<string>;
}

export interface Leads {
  created_at: Generated<Timestamp>;
  email: string;
  empresa: string;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  origem: LeadsOrigem;
}

export interface Oportunidades {
  created_at: Generated<Timestamp>;
  etapa: OportunidadesEtapa;
  id: Generated<string>;
  lead_id: string;
  organization_id: Generated<string>;
  titulo: string;
  valor: Numeric;
}

export interface Tables {
  interacoes: Interacoes;
  leads: Leads;
  oportunidades: Oportunidades;
}
