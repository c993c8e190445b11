import type { ParseNode } from '@plataforma/core/parser'
import type { OutsideEffect } from './migration-script.js'
import { isOn, nodeOf, optionOf, partsOf } from './statement-nodes.js'

const REPEATABLE: OutsideEffect = { kind: 'repeatable' }
const UNKNOWN: OutsideEffect = { kind: 'unknown' }

/** Statements that PostgreSQL refuses inside a transaction, whatever they say. */
const ALWAYS: Readonly<Record<string, OutsideEffect>> = {
  AlterSystemStmt: REPEATABLE,
  CreatedbStmt: UNKNOWN,
  DropdbStmt: UNKNOWN,
  CreateTableSpaceStmt: UNKNOWN,
  DropTableSpaceStmt: UNKNOWN,
  // Only with a slot, which nobody sees in the text.
  DropSubscriptionStmt: UNKNOWN,
}

/**
 * What a statement does that PostgreSQL refuses inside a transaction (the callers of
 * `PreventInTransactionBlock` in its source); `undefined` for all others. What depends on the
 * catalog, such as CLUSTER of a partitioned table, is left to the server.
 */
export function outsideEffect(tree: ParseNode): OutsideEffect | undefined {
  const [tag = ''] = Object.keys(tree)
  return (
    ALWAYS[tag] ??
    ofIndex(tree) ??
    ofReindex(tree) ??
    ofPartition(tree) ??
    ofSubscription(tree) ??
    ofMany(tree)
  )
}

function ofIndex(tree: ParseNode): OutsideEffect | undefined {
  const made = nodeOf(tree, 'IndexStmt')
  if (made?.concurrent) {
    return {
      kind: 'create-index',
      schema: made.relation?.schemaname,
      table: made.relation?.relname ?? '',
      index: made.idxname ?? '',
    }
  }
  const dropped = nodeOf(tree, 'DropStmt')
  if (!dropped?.concurrent) return undefined
  const [index = '', schema] = partsOf(dropped.objects?.[0]).toReversed()
  return { kind: 'drop-index', schema, index, ifExists: dropped.missing_ok ?? false }
}

function ofReindex(tree: ParseNode): OutsideEffect | undefined {
  const reindex = nodeOf(tree, 'ReindexStmt')
  if (reindex === undefined) return undefined
  const { kind, relation, name = '', params } = reindex
  const isConcurrent = isOn(params, 'concurrently', false)
  switch (kind) {
    case 'REINDEX_OBJECT_INDEX':
    case 'REINDEX_OBJECT_TABLE':
      if (!isConcurrent) return undefined
      return {
        kind: 'reindex',
        target: kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table',
        schema: relation?.schemaname,
        name: relation?.relname ?? '',
      }
    case 'REINDEX_OBJECT_SCHEMA':
      return isConcurrent
        ? { kind: 'reindex', target: 'schema', schema: undefined, name }
        : REPEATABLE
    default:
      return REPEATABLE
  }
}

function ofPartition(tree: ParseNode): OutsideEffect | undefined {
  const altered = nodeOf(tree, 'AlterTableStmt')
  for (const { AlterTableCmd: command } of altered?.cmds ?? []) {
    const partition = command?.def?.PartitionCmd
    if (command?.subtype !== 'AT_DetachPartition' || !partition?.concurrent) continue
    return {
      kind: 'detach-partition',
      schema: altered?.relation?.schemaname,
      table: altered?.relation?.relname ?? '',
      partitionSchema: partition.name?.schemaname,
      partition: partition.name?.relname ?? '',
    }
  }
  return undefined
}

function ofSubscription(tree: ParseNode): OutsideEffect | undefined {
  const created = nodeOf(tree, 'CreateSubscriptionStmt')
  if (created !== undefined) {
    const connects = isOn(created.options, 'connect', true)
    return isOn(created.options, 'create_slot', connects) ? UNKNOWN : undefined
  }
  const altered = nodeOf(tree, 'AlterSubscriptionStmt')
  switch (altered?.kind) {
    case 'ALTER_SUBSCRIPTION_REFRESH':
    case 'ALTER_SUBSCRIPTION_REFRESH_PUBLICATION':
    case 'ALTER_SUBSCRIPTION_REFRESH_SEQUENCES':
      return REPEATABLE
    case 'ALTER_SUBSCRIPTION_SET_PUBLICATION':
      return isOn(altered.options, 'refresh', true) ? REPEATABLE : undefined
    case 'ALTER_SUBSCRIPTION_ADD_PUBLICATION':
    case 'ALTER_SUBSCRIPTION_DROP_PUBLICATION':
      return isOn(altered.options, 'refresh', true) ? UNKNOWN : undefined
    case 'ALTER_SUBSCRIPTION_OPTIONS':
      return ['failover', 'two_phase'].some((name) => optionOf(altered.options, name) !== undefined)
        ? REPEATABLE
        : undefined
    default:
      return undefined
  }
}

function ofMany(tree: ParseNode): OutsideEffect | undefined {
  if (nodeOf(tree, 'VacuumStmt')?.is_vacuumcmd) return REPEATABLE
  const cluster = nodeOf(tree, 'ClusterStmt')
  if (cluster !== undefined && cluster.relation === undefined) return REPEATABLE
  const moved = optionOf(nodeOf(tree, 'AlterDatabaseStmt')?.options, 'tablespace')
  return moved === undefined ? undefined : REPEATABLE
}
