import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { type ContextKind, signContext } from '../context/context-token.js'
import type { Identity } from '../identity/identity.js'
import type { LoginGrade } from './isolation.js'
import { ModuleIsolationManager } from './module-isolation-manager.js'

export const ADMINISTRATORS = ['superuser', 'restricted'] as const

/** A database with an initialized manager, and clients of its logins by hand. */
export class TestInstallation {
  readonly clients: pg.Client[] = []

  private constructor(
    readonly database: TestDatabase,
    readonly db: Kysely<unknown>,
    readonly manager: ModuleIsolationManager,
  ) {}

  static async start(options: {
    administrator: (typeof ADMINISTRATORS)[number]
    login?: LoginGrade
  }): Promise<TestInstallation> {
    const database = await testDatabase({ administrator: options.administrator })
    const db = administratorHandle(database)
    const login = options.login ?? 'dedicated'
    const manager = await ModuleIsolationManager.open({ db, secret: 'of this test', login })
    await manager.initialize()
    return new TestInstallation(database, db, manager)
  }

  get names() {
    return this.manager.isolation.names
  }

  get keyId() {
    return this.manager.isolation.secret.keyId
  }

  /** A client logged in with the derived password. */
  async connectAs(identity: Exclude<Identity, { kind: 'administrator' }>): Promise<pg.Client> {
    const user = this.names.login(identity, this.keyId)
    return this.connect(user, this.manager.isolation.secret.password(user))
  }

  async connect(user: string, password: string): Promise<pg.Client> {
    const url = new URL(this.database.connectionString)
    url.username = encodeURIComponent(user)
    url.password = encodeURIComponent(password)
    const client = new pg.Client(url.href)
    client.on('error', () => {})
    await client.connect()
    this.clients.push(client)
    return client
  }

  /** A client that acts as a module does: its login, its role, its search_path. */
  async module(module: string): Promise<pg.Client> {
    const grade = this.manager.isolation.grade
    const client = await this.connectAs(
      grade === 'dedicated' ? { kind: 'module', module } : { kind: 'application' },
    )
    await client.query(
      `select set_config('role', $1, false), set_config('search_path', $2, false)`,
      [this.names.runtime(module), `module_${module}, extensions, pg_temp`],
    )
    return client
  }

  async setTenant(client: pg.Client, tenantId: string, kind: 'tenant' | 'owner' = 'tenant') {
    const token = await this.token(client, { tenantId }, kind)
    await client.query(`select set_config('plataforma.context', $1, false)`, [token])
  }

  async token(
    client: pg.Client,
    context: Record<string, unknown>,
    kind: ContextKind = 'tenant',
  ): Promise<string> {
    const { rows } = await client.query('select pg_backend_pid() as pid')
    return this.tokenFor(rows[0].pid, context, kind)
  }

  tokenFor(
    backendPid: number,
    context: Record<string, unknown>,
    kind: ContextKind = 'tenant',
  ): string {
    const { secret } = this.manager.isolation
    const key = secret.contextKey(this.names)
    const expiresAtMs = Date.now() + 600_000
    return signContext({ key, keyId: this.keyId, kind, context, backendPid, expiresAtMs })
  }

  /** Runs statements as a module's owner, and nothing after them. */
  async asOwner(module: string, statements: readonly string[]): Promise<void> {
    await this.manager.asOwner(
      module,
      async (trx) => {
        for (const statement of statements) await sql.raw(statement).execute(trx)
      },
      { secure: false },
    )
  }

  async run(statement: string): Promise<void> {
    await sql.raw(statement).execute(this.db)
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()))
    await this.db.destroy()
    await this.database.drop()
  }
}

export function administratorHandle(database: TestDatabase, max = 4): Kysely<unknown> {
  const pool = new pg.Pool({ connectionString: database.connectionString, max })
  pool.on('error', () => {})
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
}
