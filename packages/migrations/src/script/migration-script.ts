import type { ChangedColumn } from './changed-columns.js'

/** An SQL migration, cut into statements by PostgreSQL's own parser. */
export interface MigrationScript {
  readonly up: readonly ScriptStatement[]
  /** `undefined` where the text has no `-- @down`. */
  readonly down: readonly ScriptStatement[] | undefined
  /** The text after `-- @down`, kept so that the migration can be undone without its file. */
  readonly downText: string | undefined
}

export interface ScriptStatement {
  /** Without its semicolon. */
  readonly text: string
  /** Characters before it in the migration's text. */
  readonly offset: number
  /** Its line in the migration's text, from 1. */
  readonly line: number
  /** Tag of the parse tree, such as `IndexStmt`. */
  readonly tag: string
  /** `administrator` for extensions, which no owner of a module may create. */
  readonly runsAs: 'owner' | 'administrator'
  /** What it does, where PostgreSQL refuses it inside a transaction. */
  readonly outside: OutsideEffect | undefined
  /** Whether its code may commit by itself (`DO`, `CALL`) where it runs outside a transaction. */
  readonly mayCommit: boolean
  /** Whether it runs functions that it names, or code. */
  readonly runsFunctions: boolean
  /** Columns that it drops, renames or gives another type. */
  readonly changes: readonly ChangedColumn[]
}

/** What a statement outside of transactions leaves, by which an interrupted one is told. */
export type OutsideEffect =
  /** `CREATE INDEX CONCURRENTLY` */
  | {
      readonly kind: 'create-index'
      readonly schema: string | undefined
      readonly table: string
      readonly index: string
    }
  /** `DROP INDEX CONCURRENTLY` */
  | {
      readonly kind: 'drop-index'
      readonly schema: string | undefined
      readonly index: string
      readonly ifExists: boolean
    }
  /** `REINDEX … CONCURRENTLY` of an index or table */
  | {
      readonly kind: 'reindex'
      readonly target: 'index' | 'table' | 'schema'
      readonly schema: string | undefined
      readonly name: string
    }
  /** `ALTER TABLE … DETACH PARTITION … CONCURRENTLY` */
  | {
      readonly kind: 'detach-partition'
      readonly schema: string | undefined
      readonly table: string
      readonly partitionSchema: string | undefined
      readonly partition: string
    }
  /** May simply be run again: `VACUUM`, `CLUSTER`, `REINDEX` of many. */
  | { readonly kind: 'repeatable' }
  /** Nobody can tell whether it has happened. */
  | { readonly kind: 'unknown' }
