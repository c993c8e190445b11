import type { ContextStore } from '../context/context-store.js'
import type { ContextTokens } from '../context/context-tokens.js'
import { moduleHandle } from '../dialect/module-handle.js'
import { moduleSchema } from '../identity/module-name.js'
import type { RoleNames } from '../identity/role-names.js'
import { ScopedExecutor, type ScopedExecutorParts } from '../module/scoped-executor.js'
import type { Features } from '../plugin/feature.js'
import { ModuleScopes } from '../scope/module-scopes.js'
import type { ModuleSetting } from '../scope/scope.js'
import type { StatementWay } from '../scope/statement-way.js'
import type { CatalogReader } from '../table/read-tables.js'
import type { TableCatalog } from '../table/table-catalog.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import type { ResolvedOptions } from './database-options.js'

export interface ModuleAccessParts {
  readonly options: ResolvedOptions
  readonly names: RoleNames
  readonly store: ContextStore<TransactionScope>
  readonly tokens: ContextTokens
  readonly features: Features
  readonly catalog: TableCatalog
  readonly readCatalog: CatalogReader
  readonly way: () => StatementWay
  readonly warnNobody: () => void
  readonly settings: () => readonly ModuleSetting[] | undefined
}

/** One module's scopes, Kysely handle and executor. */
export interface ModuleAccess {
  readonly module: string
  readonly schema: string
  readonly scopes: ModuleScopes
  readonly executor: ScopedExecutor
  executorWithin(transaction: TransactionScope, signal: AbortSignal | undefined): ScopedExecutor
}

export function moduleAccess(module: string, parts: ModuleAccessParts): ModuleAccess {
  const { options, names, store, tokens, way } = parts
  const schema = moduleSchema(module)
  const scopes = new ModuleScopes({
    module,
    schema,
    runtimeRole: names.runtime(module),
    systemRole: names.system,
    store,
    tokens,
    identity: options.grade === 'dedicated' ? { kind: 'module', module } : { kind: 'application' },
    refuseNobody: options.tenantContext === 'required',
    onNobody: parts.warnNobody,
    settings: parts.settings,
  })
  const executorParts: ScopedExecutorParts = {
    module,
    schema,
    db: moduleHandle({ way, scopes, store }),
    way,
    scopes,
    store,
    catalog: parts.catalog,
    readCatalog: parts.readCatalog,
    features: parts.features,
  }
  return {
    module,
    schema,
    scopes,
    executor: new ScopedExecutor(executorParts),
    executorWithin: (transaction, signal) =>
      new ScopedExecutor(executorParts, { transaction, signal }),
  }
}
