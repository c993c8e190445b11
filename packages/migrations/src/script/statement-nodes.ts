/** What is read of nodes of PostgreSQL's parse tree, as their protobuf form has them. */
export interface StatementNodes {
  AlterDatabaseStmt: { readonly options?: readonly OptionNode[] }
  AlterExtensionContentsStmt: { readonly extname?: string }
  AlterExtensionStmt: { readonly extname?: string }
  AlterObjectSchemaStmt: { readonly objectType?: string }
  AlterOwnerStmt: { readonly objectType?: string; readonly object?: NameNode }
  AlterSubscriptionStmt: { readonly kind?: string; readonly options?: readonly OptionNode[] }
  AlterTableStmt: {
    readonly relation?: RelationNode
    readonly objtype?: string
    readonly cmds?: readonly CommandNode[]
  }
  ClusterStmt: { readonly relation?: RelationNode }
  CommentStmt: { readonly objtype?: string; readonly object?: NameNode }
  CopyStmt: {
    readonly is_from?: boolean
    readonly is_program?: boolean
    readonly filename?: string
  }
  CreateFunctionStmt: { readonly options?: readonly OptionNode[] }
  CreateExtensionStmt: {
    readonly extname?: string
    readonly if_not_exists?: boolean
    readonly options?: readonly OptionNode[]
  }
  CreateSchemaStmt: { readonly schemaname?: string }
  CreateSubscriptionStmt: { readonly options?: readonly OptionNode[] }
  DiscardStmt: { readonly target?: string }
  DoStmt: { readonly args?: readonly OptionNode[] }
  DropStmt: {
    readonly objects?: readonly NameNode[]
    readonly removeType?: string
    readonly behavior?: string
    readonly missing_ok?: boolean
    readonly concurrent?: boolean
  }
  IndexStmt: {
    readonly idxname?: string
    readonly relation?: RelationNode
    readonly concurrent?: boolean
  }
  ReindexStmt: {
    readonly kind?: string
    readonly relation?: RelationNode
    readonly name?: string
    readonly params?: readonly OptionNode[]
  }
  RenameStmt: {
    readonly renameType?: string
    readonly relation?: RelationNode
    readonly subname?: string
  }
  TransactionStmt: { readonly kind?: string }
  VacuumStmt: { readonly is_vacuumcmd?: boolean }
  VariableSetStmt: {
    readonly kind?: string
    readonly name?: string
    readonly args?: readonly { readonly A_Const?: ConstantNode }[]
  }
}

interface ConstantNode {
  readonly sval?: { readonly sval?: string }
  readonly boolval?: { readonly boolval?: boolean }
  readonly ival?: { readonly ival?: number }
}

export interface RelationNode {
  readonly schemaname?: string
  readonly relname?: string
}

/** A name, or a list of its parts. */
export interface NameNode {
  readonly String?: { readonly sval?: string }
  readonly List?: { readonly items?: readonly NameNode[] }
}

export interface OptionNode {
  readonly DefElem?: {
    readonly defname?: string
    readonly arg?: NameNode & {
      readonly Boolean?: { readonly boolval?: boolean }
      readonly Integer?: { readonly ival?: number }
    }
  }
}

interface CommandNode {
  readonly AlterTableCmd?: {
    readonly subtype?: string
    readonly name?: string
    readonly def?: {
      readonly PartitionCmd?: { readonly name?: RelationNode; readonly concurrent?: boolean }
    }
  }
}

/** The fields of a statement's tree where it is of this kind. */
export function nodeOf<Tag extends keyof StatementNodes>(
  tree: Readonly<Record<string, unknown>>,
  tag: Tag,
): StatementNodes[Tag] | undefined {
  return tree[tag] as StatementNodes[Tag] | undefined
}

/** The parts of a name. */
export function partsOf(name: NameNode | undefined): readonly string[] {
  const items = name?.List?.items ?? (name === undefined ? [] : [name])
  return items.flatMap(({ String: part }) => part?.sval ?? [])
}

/** What an option says; `undefined` where it is not given. */
export function optionOf(
  options: readonly OptionNode[] | undefined,
  name: string,
): string | undefined {
  const option = options?.find(({ DefElem }) => DefElem?.defname === name)?.DefElem
  if (option === undefined) return undefined
  const { arg } = option
  // A name alone is true; the tree leaves out what is false or zero.
  if (arg === undefined) return 'true'
  if (arg.String !== undefined) return arg.String.sval ?? ''
  return String(arg.Boolean?.boolval ?? arg.Integer?.ival ?? false)
}

/** Whether an option is on, in any of the ways to write it. */
export function isOn(
  options: readonly OptionNode[] | undefined,
  name: string,
  otherwise: boolean,
): boolean {
  const value = optionOf(options, name)?.toLowerCase()
  return value === undefined ? otherwise : ['true', 'on', '1'].includes(value)
}
