import type { Expression, InsertType, Selectable, UpdateType } from 'kysely'

/** Tables of a module whose row types are not known. */
export type UnknownTables = Record<string, Record<string, unknown>>

/** The names of a module's tables. */
export type TableName<Tables> = keyof Tables & string

/** The names of a row's columns. */
export type ColumnName<Row> = keyof Row & string

/** A row as it is read: Kysely's `Selectable`. */
export type SelectRow<Row> = Selectable<Row>

type Wrapped = { readonly __insert__: unknown }

/** Columns of which each row must say something: neither nullable nor with a default. */
type RequiredColumn<Row> = {
  [K in keyof Row]-?: null extends InsertType<Row[K]>
    ? never
    : undefined extends InsertType<Row[K]>
      ? never
      : [InsertType<Row[K]>] extends [never]
        ? never
        : K
}[keyof Row]

/**
 * A row to insert. Where the row type tells defaults apart (`Generated`, `ColumnType`) they may be
 * left out and the rest may not; a plain interface cannot tell, so any column may be left out.
 */
export type InsertRow<Row> = { readonly [K in keyof Row]?: InsertType<Row[K]> } & ([
  Extract<Row[keyof Row], Wrapped>,
] extends [never]
  ? unknown
  : { readonly [K in RequiredColumn<Row>]: NonNullable<unknown> })

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

/** The row type of a call: of the table by name, or given by hand. */
export type RowOf<Tables, Named> = Named extends keyof Tables ? Tables[Named] : Named

/**
 * The argument that names the table. It tells the type parameter where none is given by hand; what
 * is neither a table's name nor a row type is measured against the names.
 */
export type TableArgument<Tables, Named> = [Named] extends [string]
  ? Named
  : [Named] extends [object]
    ? string
    : TableName<Tables>

/** The table of an overload for row types given by hand, which takes nothing without one. */
export type NamedBy<Row> = [Row] extends [never] ? never : string
