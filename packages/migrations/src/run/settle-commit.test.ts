import { expect, it } from 'vitest'
import { openHandle } from '../ground/open-handle.js'
import { CommitUnknown } from './commit-unknown.js'
import { Migrated } from './engine.fixture.js'
import { isCommitted } from './settle-commit.js'

it('a number that the server will give again was not committed', async () => {
  await using migrated = await Migrated.make()
  const { db, close } = await openHandle(migrated.database.connectionString)
  const lost = (transaction: string) =>
    new CommitUnknown({
      module: 'vendas',
      name: '001_a',
      transaction,
      backend: { pid: 0, startedAt: '0' },
      cause: undefined,
    })
  const [last] = await migrated.rows<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
  expect(await isCommitted(db, lost(last?.xid ?? ''), undefined)).toBe(true)
  expect(await isCommitted(db, lost('4000000000'), undefined)).toBe(false)
  await close()
})
