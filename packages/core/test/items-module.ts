import { createDatabase, type Database, type ModuleDatabase } from '../src/index.js'

export const TENANT = '0190a7c2-0000-7000-8000-00000000000a'
export const SECRET = 'a secret for tests only'

export function databaseAt(connectionString: string | undefined, options: object = {}): Database {
  return createDatabase({ connectionString, secret: SECRET, ...options })
}

/** Works as a tenant on a module with a protected table `itens`. */
export async function withModuleAt<T>(
  address: string,
  work: (vendas: ModuleDatabase, database: Database) => Promise<T>,
  options: object = {},
): Promise<T> {
  await using database = databaseAt(address, options)
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.createTable('itens', [
    { name: 'id', type: 'UUID', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'n', type: 'INTEGER', unique: true },
  ])
  return await database.withContext({ tenantId: TENANT }, () => work(vendas, database))
}
