import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDatabase } from '../database/create-database.js'
import type { Database } from '../database/database.js'
import type { ModuleDatabase } from '../module/module-database.js'
import type { ModuleTransaction } from '../module/module-transaction.js'
import { TransactionWrapper } from './transaction-wrapper.js'

let target: TestDatabase
let database: Database
let vendas: ModuleDatabase
let outside: pg.Client

beforeAll(async () => {
  target = await testDatabase()
  outside = new pg.Client(target.superuser.connectionString)
  await outside.connect()
  await outside.query(`alter database ${target.name} set deadlock_timeout = '50ms'`)
  const { connectionString } = target
  database = createDatabase({ connectionString, mode: 'development' })
  await database.initialize()
  vendas = await database.createModule('vendas')
  await vendas.createTable('saldos', [
    { name: 'id', type: 'INT', primaryKey: true },
    { name: 'valor', type: 'INT' },
  ])
})

afterAll(async () => {
  await database.close()
  await outside.end()
  await target.drop()
})

beforeEach(async () => {
  await vendas.delete('saldos', { all: true })
  await vendas.insert('saldos', [
    { id: 1, valor: 0 },
    { id: 2, valor: 0 },
  ])
})

type Tx = Pick<ModuleTransaction, 'query'>
const add = (tx: Tx, id: number) =>
  tx.query('update saldos set valor = valor + 1 where id = $1', [id])
const values = async () =>
  (await vendas.select('saldos', { orderBy: [{ column: 'id' }] })).map(({ valor }) => valor)

describe('TransactionWrapper', () => {
  it('runs every transaction with its options, which a call may replace', async () => {
    const settings = (tx: Tx) =>
      tx.query(`select current_setting('transaction_isolation') as level,
        current_setting('transaction_read_only') as readonly`)
    const reads = new TransactionWrapper(vendas, { isolationLevel: 'serializable', readOnly: true })
    expect(await reads.run(settings)).toEqual([{ level: 'serializable', readonly: 'on' }])
    expect(await reads.run(settings, { isolationLevel: 'repeatable read' })).toEqual([
      { level: 'repeatable read', readonly: 'on' },
    ])
    await expect(reads.run((tx) => add(tx, 1))).rejects.toMatchObject({ sqlState: '25006' })
  })

  it('runs transactions across modules', async () => {
    const transactions = new TransactionWrapper(database, { readOnly: true })
    expect(await transactions.run((tx) => tx.module('vendas').count('saldos'))).toBe(2)
  })
})

describe('a transaction with retries', () => {
  /** Reads, lets somebody else change the row, then changes it: 40001. */
  const conflicting = (events: string[], conflicts: number) => async (tx: ModuleTransaction) => {
    events.push('run')
    tx.afterCommit(() => events.push('committed'))
    tx.afterRollback(() => events.push('rolled back'))
    await tx.count('saldos')
    const runs = events.filter((event) => event === 'run').length
    if (runs <= conflicts) {
      await outside.query('update module_vendas.saldos set valor = valor + 10 where id = 1')
    }
    await add(tx, 1)
  }
  const isolationLevel = 'repeatable read'

  it('runs again after a serialization failure, its callbacks once for each run', async () => {
    const events: string[] = []
    await vendas.transaction(conflicting(events, 2), { isolationLevel, retries: 2 })
    expect(events).toEqual(['run', 'rolled back', 'run', 'rolled back', 'run', 'committed'])
    expect(await values()).toEqual([21, 0])
  })

  it('fails with the last error where they are used up', async () => {
    const events: string[] = []
    await expect(
      vendas.transaction(conflicting(events, 9), { isolationLevel, retries: 1 }),
    ).rejects.toMatchObject({ sqlState: '40001' })
    expect(events).toEqual(['run', 'rolled back', 'run', 'rolled back'])
  })

  it('runs again after a deadlock', async () => {
    const met = Promise.withResolvers<void>()
    let runs = 0
    let locked = 0
    const both = (first: number, second: number) =>
      vendas.transaction(
        async (tx) => {
          runs += 1
          await add(tx, first)
          locked += 1
          if (locked === 2) met.resolve()
          await met.promise
          await add(tx, second)
        },
        { retries: 3 },
      )
    await Promise.all([both(1, 2), both(2, 1)])
    expect(runs).toBe(3)
    expect(await values()).toEqual([2, 2])
  })

  it('does not run again after another error', async () => {
    let runs = 0
    const twice = vendas.transaction(
      async (tx) => {
        runs += 1
        await tx.insert('saldos', [{ id: 1 }])
      },
      { retries: 5 },
    )
    await expect(twice).rejects.toMatchObject({ code: 'PLT_UNIQUE_VIOLATION' })
    expect(runs).toBe(1)
  })

  it('does not run again once its signal is aborted', async () => {
    const events: string[] = []
    const controller = new AbortController()
    const run = conflicting(events, 9)
    const aborted = vendas.transaction(
      async (tx) => {
        tx.afterRollback(() => controller.abort(new Error('enough')))
        await run(tx)
      },
      { isolationLevel, retries: 9, signal: controller.signal },
    )
    await expect(aborted).rejects.toThrow()
    expect(events).toEqual(['run', 'rolled back'])
  })
})
