import type { StatementAccess, StatementKind } from '../statement-facts.js'

const KINDS: Readonly<Record<string, readonly [StatementKind, StatementAccess]>> = {
  SelectStmt: ['select', 'read'],
  InsertStmt: ['insert', 'write'],
  UpdateStmt: ['update', 'write'],
  DeleteStmt: ['delete', 'write'],
  MergeStmt: ['merge', 'write'],
  TruncateStmt: ['truncate', 'write'],
  CopyStmt: ['copy', 'write'],
  ExplainStmt: ['explain', 'read'],
  VariableShowStmt: ['show', 'read'],
  VariableSetStmt: ['set', 'unknown'],
  TransactionStmt: ['transaction', 'unknown'],
  PrepareStmt: ['prepare', 'unknown'],
  ExecuteStmt: ['execute', 'unknown'],
  DeclareCursorStmt: ['declare', 'unknown'],
  LockStmt: ['lock', 'unknown'],
  DoStmt: ['do', 'unknown'],
  CallStmt: ['call', 'unknown'],
  ViewStmt: ['ddl', 'ddl'],
  IndexStmt: ['ddl', 'ddl'],
  RuleStmt: ['ddl', 'ddl'],
  CompositeTypeStmt: ['ddl', 'ddl'],
  ImportForeignSchemaStmt: ['ddl', 'ddl'],
  ClusterStmt: ['ddl', 'ddl'],
  SecLabelStmt: ['ddl', 'ddl'],
}

const DDL = /^(Create|Alter|Drop|Define|Rename|Comment|Grant|Reindex|Refresh|Reassign)/

/** Kind and least access of a statement, by the tag of its parse tree. */
export function kindAndAccess(tag: string): readonly [StatementKind, StatementAccess] {
  const known = Object.hasOwn(KINDS, tag) ? KINDS[tag] : undefined
  return known ?? (DDL.test(tag) ? ['ddl', 'ddl'] : ['other', 'unknown'])
}
