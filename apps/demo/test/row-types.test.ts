import { fileURLToPath } from 'node:url'
import { verifyTypes } from '@plataforma/database-system'
import { testDatabase } from '@plataforma/testkit'
import { expect, test } from 'vitest'
import { createSystem } from '../src/platform/create-system.js'
import { migrateModules } from '../src/platform/migrate-modules.js'

const OUT_DIR = fileURLToPath(new URL('../generated/database', import.meta.url))

test('the row types are those of the migrated database', async () => {
  await using database = await testDatabase({ administrator: 'restricted' })
  await using system = createSystem({ connectionString: database.connectionString })
  await system.initialize()
  const { signal } = new AbortController()
  const { run, again } = await migrateModules(system, { signal })
  expect(run.applied).toHaveLength(44)
  expect(again.applied).toEqual([])
  const modules = (await system.isolation.listModules()).map(({ name, schema }) => {
    return { module: name, schema }
  })
  const options = { modules, outDir: OUT_DIR, register: true }
  expect(await verifyTypes(system.admin.db, options)).toEqual([])
})
