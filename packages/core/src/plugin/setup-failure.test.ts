import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase } from '../database/create-database.js'
import type { DatabasePlugin } from './plugin.js'

let target: TestDatabase

beforeAll(async () => {
  target = await testDatabase()
})

afterAll(() => target.drop())

it('a plugin whose setup fails leaves nothing of the others that the next initialize() doubles', async () => {
  const events: string[] = []
  let fails = true
  const first: DatabasePlugin<'first', object> = {
    name: 'first',
    async setup(host) {
      events.push('set up')
      host.intercept((statement, next) => {
        if (statement.sql === 'select 1 as one') events.push('statement')
        return next(statement)
      })
      host.on('ensureModule', async () => {
        events.push('module')
      })
      host.metrics(() => ({ collected: events.push('metrics') }))
      host.onClose(() => {
        events.push('closed')
      })
      return {}
    },
  }
  const second: DatabasePlugin<'second', object> = {
    name: 'second',
    async setup(host) {
      host.health(async () => ({ status: fails ? 'unhealthy' : 'healthy' }))
      if (fails) throw new Error('not yet')
      return {}
    },
  }
  const { connectionString } = target
  const database = createDatabase({
    connectionString,
    mode: 'development',
    plugins: [first, second],
  })
  await expect(database.initialize()).rejects.toThrow('not yet')
  expect(events.splice(0)).toEqual(['set up', 'closed'])
  expect((await database.healthCheck()).components).not.toHaveProperty('second')

  fails = false
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.query('select 1 as one')
  await database.healthCheck()
  await database.close()
  expect(events).toEqual(['set up', 'module', 'statement', 'metrics', 'closed'])
})
