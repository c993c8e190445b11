/** Plain JSON; what is null, false or empty is left out, and keys are sorted. */
export type SnapshotValue =
  | string
  | number
  | boolean
  | readonly SnapshotValue[]
  | { readonly [key: string]: SnapshotValue }

/** Objects of one kind by their names. */
export type SnapshotObjects = Readonly<Record<string, SnapshotValue>>

/** What a schema holds, as the catalog says it, without OIDs. */
export interface SchemaSnapshot {
  /** Grows when the shape changes: hashes of two formats cannot be compared. */
  readonly format: 1
  readonly schema: string
  /**
   * SHA-256, 64 hexadecimal digits, of everything else but the `columnOrder` of tables: a column
   * that was dropped and made again stands last and is still the same. Comparable between servers of
   * one major version: definitions are PostgreSQL's own texts, and before 16 it writes the columns of
   * a view with their table.
   */
  readonly hash: string
  /** Owner, comment, grants and default privileges of the schema itself. */
  readonly properties: SnapshotObjects
  /** Tables and foreign tables with their columns, constraints, indexes, triggers and policies. */
  readonly tables: SnapshotObjects
  /** Views and materialized views, with their indexes, triggers and rules. */
  readonly views: SnapshotObjects
  readonly sequences: SnapshotObjects
  /** Functions, procedures and aggregates by name and types of arguments. */
  readonly functions: SnapshotObjects
  /** Enums, domains, composite types and ranges. */
  readonly types: SnapshotObjects
}
