import { createDatabase, type Database, type PluginHost } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { openHostGround } from '../ground/host-ground.js'

export const TENANT = '0190a7c2-0000-7000-8000-00000000000a'

/** A system whose one module `vendas` was made by a script, as its owner. */
export interface ModuleSystem extends AsyncDisposable {
  readonly target: TestDatabase
  readonly database: Database
}

export async function moduleSystem(script: string): Promise<ModuleSystem> {
  const target = await testDatabase()
  const database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    plugins: [{ name: 'host', setup: async (host: PluginHost) => host } as const],
  })
  await database.initialize()
  const ground = await openHostGround(database.host)
  await ground.ensureModule('vendas')
  await ground.db.connection().execute(async (session) => {
    const settings = await ground.settingsFor('vendas', session)
    await session.transaction().execute(async (trx) => {
      for (const { name, value } of settings) {
        await sql`select set_config(${name}, ${value}, true)`.execute(trx)
      }
      await sql.raw(script).execute(trx)
    })
  })
  await ground.moduleChanged('vendas')
  return {
    target,
    database,
    async [Symbol.asyncDispose]() {
      await ground.close()
      await database.close()
      await target.drop()
    },
  }
}
