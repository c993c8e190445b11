// Generated from the database by @plataforma/migrations; do not edit.
/* eslint-disable */

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<string, bigint | number | string, bigint | number | string>;

export type PedidosStatus =
  | "aberto"
  | "pago"
  | "enviado"
  | "entregue"
  | "cancelado";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Clientes {
  ativo: Generated<boolean>;
  cpf: string;
  created_at: Generated<Timestamp>;
  email: string;
  id: Generated<string>;
  nome: string;
  organization_id: Generated<string>;
  telefone: string | null;
}

export interface Enderecos {
  cep: string;
  cidade: string;
  cliente_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  logradouro: string;
  numero: string;
  organization_id: Generated<string>;
  uf: string;
}

export interface ItensPedido {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  organization_id: Generated<string>;
  pedido_id: string;
  preco_unitario: Numeric;
  quantidade: number;
  sku_id: string;
}

export interface Pedidos {
  cliente_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  numero: number;
  organization_id: Generated<string>;
  status: PedidosStatus;
  valor_total: Numeric;
}

export interface Tables {
  clientes: Clientes;
  enderecos: Enderecos;
  itens_pedido: ItensPedido;
  pedidos: Pedidos;
}
