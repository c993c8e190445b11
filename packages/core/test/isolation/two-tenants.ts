import type { DatabaseOptions } from '../../src/database/database-options.js'
import { A, B, type Grade, Setting } from './setting.js'

/** Two modules with the rows of two tenants, and a table of no tenant for what is stolen. */
export async function twoTenants(
  grade: Grade,
  options: Partial<DatabaseOptions> = {},
): Promise<Setting> {
  const setting = await Setting.open(grade, options)
  for (const name of ['vendas', 'estoque']) {
    const module = await setting.database.createModule(name)
    await module.createTable('itens', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'nome', type: 'TEXT', nullable: false },
      { name: 'valor', type: 'INTEGER', check: 'valor >= 0' },
    ])
    for (const [tenant, letter] of [
      [A, 'A'],
      [B, 'B'],
    ] as const) {
      await setting.as(tenant, () =>
        module.insert('itens', [
          { id: 1, nome: `${letter}1`, valor: 1 },
          { id: 2, nome: `${letter}2`, valor: 2 },
        ]),
      )
    }
  }
  await setting.vendas.createTable('saque', [{ name: 'texto', type: 'TEXT' }])
  return setting
}
