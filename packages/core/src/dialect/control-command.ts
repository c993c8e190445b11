import {
  type CompiledQuery,
  createQueryId,
  RawNode,
  type RootOperationNode,
  type TransactionSettings,
} from 'kysely'
import { beginSql, quoteName } from '../transaction/control-sql.js'

/** What Kysely's driver asks of a connection besides statements. */
export type Control =
  | { readonly kind: 'begin'; readonly settings: TransactionSettings }
  | { readonly kind: 'commit' | 'rollback' }
  | { readonly kind: 'savepoint' | 'rollback to' | 'release'; readonly name: string }

/** A query that only carries a control command; its text is what a log shows. */
export class ControlCommand implements CompiledQuery {
  readonly control: Control
  readonly sql: string
  readonly query: RootOperationNode
  readonly queryId = createQueryId()
  readonly parameters: readonly unknown[] = []

  constructor(control: Control) {
    this.control = control
    this.sql = textOf(control)
    this.query = RawNode.createWithSql(this.sql)
  }
}

function textOf(control: Control): string {
  if (control.kind === 'begin') return beginSql(control.settings)
  return 'name' in control ? `${control.kind} ${quoteName(control.name)}` : control.kind
}
