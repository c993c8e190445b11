import { Kysely } from 'kysely'
import pg from 'pg'
import { PlataformaDialect } from '../dialect/plataforma-dialect.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Finding } from './inspection/finding.js'
import type { LoginGrade, OnTables } from './isolation.js'

interface ModuleIsolationSettings {
  /** What passwords of logins and signing keys are derived from. */
  readonly secret: string
  readonly login: LoginGrade
  /** See `RoleNames.of`. */
  readonly rolePrefix?: string
  /** The tenant column of tables that name none; `organization_id` unless given. */
  readonly tenantColumn?: string
  /** Called when tables of a module may have changed here. */
  readonly onChange?: (module: string) => Promise<void> | void
  /** Called in the transaction that may have made or changed tables, as the module's owner. */
  readonly onTables?: OnTables
  /** Told what `asOwner` has made and what is left to mend by hand. */
  readonly onFindings?: (findings: readonly Finding[]) => void
  /** Called when a module was dropped here. */
  readonly onDrop?: (module: string) => void
}

interface GivenHandle {
  /** The administrator's handle: a superuser, or a CREATEROLE login that owns the database. */
  // biome-ignore lint/suspicious/noExplicitAny: a Kysely with tables is no Kysely<unknown>
  readonly db: Kysely<any>
  readonly connectionString?: undefined
}

interface OwnHandle {
  /** The administrator's address, for a small handle that the manager opens and closes itself. */
  readonly connectionString: string
  readonly db?: undefined
}

export type ModuleIsolationOptions = ModuleIsolationSettings & (GivenHandle | OwnHandle)

/** More than one: what `asOwner` runs may call the manager meanwhile. */
const CONNECTIONS = 4

export interface AdministratorHandle {
  readonly db: Kysely<unknown>
  /** Whether it is the manager's to close. */
  readonly isOwn: boolean
}

/**
 * Connects when it is first used.
 * @throws PlataformaError `PLT_CONFIG_INVALID` unless exactly one of `db` and `connectionString`
 * is given
 */
export function administratorHandle({
  db,
  connectionString,
}: ModuleIsolationOptions): AdministratorHandle {
  if (db !== undefined && connectionString === undefined) return { db, isOwn: false }
  if (typeof connectionString !== 'string' || connectionString === '' || db !== undefined) {
    throw new PlataformaError(
      'PLT_CONFIG_INVALID',
      'The manager needs either `db` or `connectionString`.',
      { remedy: 'Give one of them.', details: { key: 'connectionString' } },
    )
  }
  const pool = async () => new pg.Pool({ connectionString, max: CONNECTIONS })
  return { db: new Kysely({ dialect: new PlataformaDialect({ pool }) }), isOwn: true }
}
