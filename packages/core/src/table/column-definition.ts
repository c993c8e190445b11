import type { Expression } from 'kysely'

/** SQL that the server computes: trusted code, never input. */
export type SqlExpression = Expression<unknown> | { readonly expression: string }

/** A value that a default may be. */
export type LiteralValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly unknown[]
  | { readonly [key: string]: unknown }

/** What happens to referencing rows. */
export type ReferenceAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

/** The row of another table of the module that a column points at. */
export interface ReferenceDefinition {
  readonly table: string
  /** The primary key where left out. */
  readonly column?: string
  readonly onDelete?: ReferenceAction | Uppercase<ReferenceAction>
  readonly onUpdate?: ReferenceAction | Uppercase<ReferenceAction>
}

/** A column of a table to create. */
export interface ColumnDefinition {
  readonly name: string
  /**
   * A type of PostgreSQL (`UUID`, `VARCHAR(255)`, `NUMERIC(12,2)`, `TEXT[]`, `SERIAL`, …), or an
   * enum or domain of the module, or a type of an extension.
   */
  readonly type: string
  /**
   * A UUID key gets a default. Within the tenant on a table with row-level security: the key is
   * (tenant, column); `'global'` makes it the column alone.
   */
  readonly primaryKey?: boolean | 'global'
  /** True unless given, or part of the primary key. */
  readonly nullable?: boolean
  /** Within the tenant on a table with row-level security; `'global'` across tenants. */
  readonly unique?: boolean | 'global'
  /**
   * A value, or SQL as `` sql`now()` `` or `{ expression: 'now()' }`. Text that is the call of a
   * common function (`'now()'`, `'gen_random_uuid()'`) is taken as such where the column's type
   * has no such text.
   */
  readonly default?: LiteralValue | Expression<unknown>
  /** A condition in SQL, which is trusted code: `'valor >= 0'`. */
  readonly check?: string | SqlExpression
  readonly references?: ReferenceDefinition | string
  /** Numbers from a sequence; `always` refuses values. */
  readonly identity?: 'always' | 'by default'
  /** Computed from other columns and stored. */
  readonly generated?: string | SqlExpression
}
