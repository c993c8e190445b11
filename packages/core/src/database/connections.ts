import { Kysely } from 'kysely'
import pg from 'pg'
import { PlataformaDialect } from '../dialect/plataforma-dialect.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { LoginSecret } from '../identity/login-secret.js'
import { RoleNames } from '../identity/role-names.js'
import type { DatabasePlugin } from '../plugin/plugin.js'
import { PgPoolSessionSource } from '../session/pg-pool-session-source.js'
import type { SessionSource } from '../session/session-source.js'
import { ArrayTypes } from '../wire/array-types.js'
import { DatabaseLogins } from './database-logins.js'
import type { ResolvedOptions } from './database-options.js'
import { readNewerSettings } from './newer-settings.js'

/** Who may log in to a database, its one source of sessions, and the administrator's handle. */
export class Connections {
  readonly names: RoleNames
  readonly secret: LoginSecret
  readonly sessions: SessionSource
  readonly admin: Kysely<unknown>
  readonly database: string
  readonly arrayTypes = new ArrayTypes()
  readonly #logins: DatabaseLogins

  constructor(
    options: ResolvedOptions,
    plugins: readonly DatabasePlugin[],
    heal: (login: string) => Promise<boolean>,
  ) {
    this.database = databaseOf(options.connectionString)
    this.names = RoleNames.of(this.database, options.rolePrefix)
    this.secret = new LoginSecret(options.secret)
    const { names, secret, arrayTypes } = this
    const logins = new DatabaseLogins({ options, names, secret, arrayTypes, heal })
    this.#logins = logins
    const [source, second] = plugins.filter((plugin) => plugin.sessions !== undefined)
    if (second !== undefined) {
      throw new PlataformaError(
        'PLT_PLUGIN_INVALID',
        `The plugins "${source?.name}" and "${second.name}" both replace the source of sessions.`,
        { remedy: 'Compose only one of them.' },
      )
    }
    this.sessions =
      source?.sessions?.(logins) ??
      new PgPoolSessionSource({
        logins,
        max: options.poolMax,
        acquireTimeoutMs: options.acquireTimeoutMs,
      })
    this.admin = new Kysely<unknown>({
      dialect: new PlataformaDialect({ sessions: this.sessions }),
    })
  }

  /** Pins what this server's version knows, before a module's login connects. */
  async pinNewerSettings(): Promise<void> {
    this.#logins.pin(await readNewerSettings(this.admin))
  }
}

/** As `pg` itself takes it from the address or the environment. */
function databaseOf(connectionString: string): string {
  const { database } = new pg.Client({ connectionString })
  if (database !== undefined && database !== '') return database
  throw new PlataformaError('PLT_CONFIG_INVALID', 'The connectionString names no database.', {
    remedy: 'Give one like postgresql://user:password@host:5432/database.',
    details: { key: 'connectionString' },
  })
}
