import { PlataformaDialect } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { expect } from 'vitest'

export const SCHEMA = 'module_vendas'

/** A module's schema whose owner the administrator reaches by SET ROLE, as a system has it. */
export class OutsideGround implements AsyncDisposable {
  readonly database: TestDatabase
  readonly db: Kysely<unknown>
  readonly owner: string
  readonly #clients: pg.Client[] = []

  private constructor(database: TestDatabase, db: Kysely<unknown>, owner: string) {
    this.database = database
    this.db = db
    this.owner = owner
  }

  static async make(kyselysOwn = false): Promise<OutsideGround> {
    const database = await testDatabase()
    const pool = new pg.Pool({ connectionString: database.connectionString, max: 2 })
    const dialect = kyselysOwn ? new PostgresDialect({ pool }) : new PlataformaDialect({ pool })
    const ground = new OutsideGround(database, new Kysely({ dialect }), `${database.name}_owner`)
    await ground.#build()
    return ground
  }

  /** A session of its own that works as the module's owner. */
  async client(connectionString = this.database.connectionString): Promise<pg.Client> {
    const client = new pg.Client({ connectionString })
    client.on('error', () => {})
    await client.connect()
    this.#clients.push(client)
    await client.query(`set role "${this.owner}"`)
    await client.query(`set search_path to ${SCHEMA}`)
    return client
  }

  async run(...texts: readonly string[]): Promise<void> {
    const client = await this.client()
    for (const text of texts) await client.query(text)
  }

  /** Kills a session in the middle of a statement that is seen to wait for others. */
  async killWhileWaiting(client: pg.Client, running: Promise<unknown>): Promise<void> {
    const lost = expect(running).rejects.toThrow()
    const pid = await this.waits(client)
    await this.#asSuperuser('select pg_terminate_backend($1)', [pid])
    await lost
    await this.gone(pid)
  }

  async waits(client: pg.Client): Promise<number> {
    const pid = (client as unknown as { readonly processID: number }).processID
    await expect
      .poll(async () => {
        const waiting = `select 1 from pg_stat_activity
          where pid = $1 and state = 'active' and wait_event = 'virtualxid'`
        return (await this.#asSuperuser(waiting, [pid])).length
      })
      .toBe(1)
    return pid
  }

  async gone(pid: number): Promise<void> {
    const alive = 'select 1 from pg_stat_activity where pid = $1'
    await expect.poll(async () => (await this.#asSuperuser(alive, [pid])).length).toBe(0)
  }

  /** Names of the indexes of the schema and of what lies out of line; `!` before an invalid one. */
  async indexes(): Promise<string[]> {
    const { rows } = await sql<{ name: string }>`
      select case when i.indisvalid then '' else '!' end || c.relname as name
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid in (
        select oid from pg_class where relnamespace = to_regnamespace(${SCHEMA})
        union select reltoastrelid from pg_class where relnamespace = to_regnamespace(${SCHEMA}))
        and c.relname !~ '^pg_toast_[0-9]+_index$'
      order by c.relname`.execute(this.db)
    return rows.map(({ name }) => name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.end().catch(() => {})
    await this.db.destroy()
    await this.database.drop()
  }

  async #build(): Promise<void> {
    const { rows } = await sql<{ version: number }>`
      select current_setting('server_version_num')::int as version`.execute(this.db)
    const how = (rows[0]?.version ?? 0) >= 160_000 ? 'with inherit false, set true' : ''
    const { user } = this.database.administrator
    await sql.raw(`create role "${this.owner}" nologin`).execute(this.db)
    await sql.raw(`grant "${this.owner}" to "${user}" ${how}`).execute(this.db)
    await sql.raw(`create schema ${SCHEMA} authorization "${this.owner}"`).execute(this.db)
    await this.run(
      'create table itens (id int primary key, nome text, preco numeric, codigo int)',
      `insert into itens select n, 'item ' || n, n, n / 2 from generate_series(1, 100) n`,
    )
  }

  async #asSuperuser(text: string, values: readonly unknown[]): Promise<unknown[]> {
    const client = new pg.Client(this.database.superuser)
    await client.connect()
    try {
      return (await client.query(text, [...values])).rows
    } finally {
      await client.end()
    }
  }
}
