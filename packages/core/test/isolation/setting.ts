import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import pg from 'pg'
import { type CreateDatabaseOptions, createDatabase } from '../../src/database/create-database.js'
import type { Database } from '../../src/database/database.js'
import type { DatabaseOptions } from '../../src/database/database-options.js'
import { LoginSecret } from '../../src/identity/login-secret.js'
import { RoleNames } from '../../src/identity/role-names.js'
import type { ModuleDatabase } from '../../src/module/module-database.js'
import type { DatabasePlugin } from '../../src/plugin/plugin.js'

export type Grade = 'shared' | 'dedicated'

export const GRADES: readonly Grade[] = ['shared', 'dedicated']

/** The attacker's tenant, the victim's, and one that stands by. */
export const A = '0190a7c2-0000-7000-8000-00000000000a'
export const B = '0190a7c2-0000-7000-8000-00000000000b'
export const C = '0190a7c2-0000-7000-8000-00000000000c'

const SECRET = 'a secret for attacks only'

/** On which way a setting's database is reached. */
export interface Approach extends AsyncDisposable {
  readonly connectionString: string
  /** Whether each transaction may have another session of the login. */
  readonly isPooled: boolean
  /** Asked for each database that is made. */
  readonly options: () => Partial<CreateDatabaseOptions<readonly DatabasePlugin[]>>
}

/** A prepared database, and the ways round its API that an attacker and an auditor have. */
export class Setting implements AsyncDisposable {
  /** Straight to the server, unless a run of these tests takes another way. */
  static approach = async ({ connectionString }: TestDatabase): Promise<Approach> => ({
    connectionString,
    isPooled: false,
    options: () => ({}),
    async [Symbol.asyncDispose]() {},
  })

  readonly target: TestDatabase
  readonly database: Database
  readonly #approach: Approach
  readonly names: RoleNames
  readonly secret = new LoginSecret(SECRET)
  readonly grade: Grade
  readonly #clients: pg.Client[] = []
  #superuser: Promise<pg.Client> | undefined

  private constructor(
    { target, approach, database }: Pick<Setting, 'target' | 'database'> & { approach: Approach },
    grade: Grade,
  ) {
    this.target = target
    this.#approach = approach
    this.database = database
    this.grade = grade
    this.names = RoleNames.of(target.name)
  }

  /** Connections per login are one, so that the next borrower gets the same session. */
  static async open(grade: Grade, options: Partial<DatabaseOptions> = {}): Promise<Setting> {
    const target = await testDatabase()
    const approach = await Setting.approach(target)
    const database = await openOn(approach, grade, options)
    return new Setting({ target, approach, database }, grade)
  }

  /** What another process would have of the same database; the caller closes it. */
  another(): Promise<Database> {
    return openOn(this.#approach, this.grade, {})
  }

  get isPooled(): boolean {
    return this.#approach.isPooled
  }

  get vendas(): ModuleDatabase {
    return this.database.module('vendas')
  }

  get estoque(): ModuleDatabase {
    return this.database.module('estoque')
  }

  as<T>(tenantId: string, fn: () => T | Promise<T>): Promise<T> {
    return this.database.withContext({ tenantId }, fn)
  }

  /** Rows of raw SQL of a tenant in module `vendas`. */
  query<Row extends object = Record<string, unknown>>(
    tenantId: string,
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    return this.as(tenantId, () => this.vendas.query<Row>(text, parameters))
  }

  /** What is really there, past every policy. */
  async truth<Row extends pg.QueryResultRow>(
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    this.#superuser ??= this.#connect(this.target.superuser.connectionString)
    return (await (await this.#superuser).query<Row>(text, [...parameters])).rows
  }

  /** Code of a module's author: functions, views and tables that no verb makes. */
  async asAuthor(text: string, module = 'vendas'): Promise<void> {
    await this.database.asOwner(module, (trx) => sql.raw(text).execute(trx))
  }

  /** The login that runs the statements of module `vendas`. */
  get login(): string {
    const identity =
      this.grade === 'dedicated'
        ? ({ kind: 'module', module: 'vendas' } as const)
        : ({ kind: 'application' } as const)
    return this.names.login(identity, this.secret.keyId)
  }

  /** A plain client on that login, with its password: no dialect, no head, no guard. */
  async byHand({ role }: { readonly role?: string } = {}): Promise<pg.Client> {
    const url = new URL(this.target.connectionString)
    url.username = this.login
    url.password = this.secret.password(this.login)
    const client = await this.#connect(url.href)
    if (role !== undefined) await client.query(`set role ${pg.escapeIdentifier(role)}`)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database.close()
    await Promise.all(this.#clients.map((client) => client.end()))
    await this.#approach[Symbol.asyncDispose]()
    await this.target.drop()
  }

  async #connect(connectionString: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString })
    client.on('error', () => {})
    await client.connect()
    this.#clients.push(client)
    return client
  }
}

async function openOn(
  approach: Approach,
  grade: Grade,
  options: Partial<DatabaseOptions>,
): Promise<Database> {
  const database = createDatabase<readonly DatabasePlugin[]>({
    connectionString: approach.connectionString,
    secret: SECRET,
    isolation: { login: grade },
    poolConfig: { max: 1 },
    ...approach.options(),
    ...options,
  })
  await database.initialize()
  return database
}
