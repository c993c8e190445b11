import type { Expression, Insertable, Selectable, UpdateType } from 'kysely'

/** Tables of a module whose row types are not known. */
export type UnknownTables = Record<string, Record<string, unknown>>

/** The names of a module's tables. */
export type TableName<Tables> = keyof Tables & string

/** The names of a row's columns. */
export type ColumnName<Row> = keyof Row & string

/** A row as it is read: Kysely's `Selectable`. */
export type SelectRow<Row> = Selectable<Row>

type WrappedColumn<Row> = {
  [K in keyof Row]-?: Row[K] extends { readonly __insert__: unknown } ? K : never
}[keyof Row]

/**
 * A row to insert. Where the row type tells defaults apart (`Generated`, `ColumnType`) they may be
 * left out and the rest may not; a plain interface cannot tell, so any column may be left out.
 */
export type InsertRow<Row> = [WrappedColumn<Row>] extends [never] ? Partial<Row> : Insertable<Row>

/** New values by column; an `sql` fragment stands for what the server computes. */
export type UpdateValues<Row> = {
  readonly [K in keyof Row]?: [UpdateType<Row[K]>] extends [never]
    ? never
    : UpdateType<Row[K]> | Expression<unknown>
}

/** What a column is compared with: what it gives or what it takes, never null. */
export type ComparedValue<Column> = unknown extends Column
  ? unknown
  : Column extends { readonly __select__: infer S; readonly __insert__: infer I }
    ? NonNullable<S | I>
    : NonNullable<Column>

/**
 * The type of a table's name in calls with a hand-written row type, `insert<Cliente>('clientes')`;
 * without one the overload takes nothing, so that the typed one is chosen.
 */
export type NamedBy<Row> = [Row] extends [never] ? never : string
