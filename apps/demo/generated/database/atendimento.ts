// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type ChamadosStatus = "aberto" | "em atendimento" | "resolvido";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type MensagensAutor = "cliente" | "atendente";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Chamados {
  assunto: string;
  cliente_id: string;
  created_at: Generated<Timestamp>;
  fila_id: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  prioridade: number;
  protocolo: number;
  status: ChamadosStatus;
}

export interface Filas {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  prazo_horas: number;
}

export interface Mensagens {
  autor: MensagensAutor;
  chamado_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  texto: string;
}

export interface Tables {
  chamados: Chamados;
  filas: Filas;
  mensagens: Mensagens;
}
