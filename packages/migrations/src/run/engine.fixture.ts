import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestDatabase, type TestDatabaseOptions, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import type { MigrationOptions } from '../system/migration-options.js'
import { MigrationSystem } from '../system/migration-system.js'

/** A database and a folder of migrations, for one test. */
export class Migrated implements AsyncDisposable {
  readonly database: TestDatabase
  readonly directory: string
  client: pg.Client
  readonly #systems: MigrationSystem[] = []

  private constructor(database: TestDatabase, directory: string, client: pg.Client) {
    this.database = database
    this.directory = directory
    this.client = client
  }

  static async make(
    files: Readonly<Record<string, string>> = {},
    options: TestDatabaseOptions = {},
  ): Promise<Migrated> {
    const database = await testDatabase(options)
    const directory = await mkdtemp(join(tmpdir(), 'migrations-'))
    const made = new Migrated(database, directory, await lookOn(database))
    await made.write(files)
    return made
  }

  /** After a restart of the server. */
  async reconnect(): Promise<void> {
    this.client = await lookOn(this.database)
  }

  /** Files by their paths, such as `vendas/001_a.sql`. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.directory, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.directory, path))
  }

  system(options: MigrationOptions & { readonly connectionString?: string } = {}): MigrationSystem {
    const system = new MigrationSystem({
      connectionString: this.database.connectionString,
      directory: this.directory,
      types: false,
      ...options,
    })
    this.#systems.push(system)
    return system
  }

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(text, values)).rows
  }

  /** Names of what is applied, in the order in which it was. */
  async applied(): Promise<string[]> {
    const rows = await this.rows<{ name: string }>(
      `SELECT module || ':' || name AS name FROM plataforma.migrations
       WHERE state = 'applied' ORDER BY position`,
    )
    return rows.map(({ name }) => name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const system of this.#systems) await system.close()
    await this.client.end()
    await rm(this.directory, { recursive: true, force: true })
    await this.database.drop()
  }
}

/** Whoever looks on sees all, whatever the administrator may see. */
async function lookOn({ superuser }: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client(superuser.connectionString)
  client.on('error', () => {})
  await client.connect()
  return client
}
