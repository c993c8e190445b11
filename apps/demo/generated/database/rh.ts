// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type CalendarDate = ColumnType<string, Date | string, Date | string>;

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

/** One punch of the time clock. */
export interface Batidas {
  created_at: Generated<Timestamp>;
  entrada: boolean;
  funcionario_id: string;
  id: Generated<string>;
  momento: Timestamp;
  organization_id: Generated<string>;
}

export interface Departamentos {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
}

export interface Funcionarios {
  admissao: CalendarDate;
  cargo: string;
  cpf: string;
  created_at: Generated<Timestamp>;
  departamento_id: string;
  email: string;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  salario: Numeric;
}

export interface Tables {
  batidas: Batidas;
  departamentos: Departamentos;
  funcionarios: Funcionarios;
}
