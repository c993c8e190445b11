import { testDatabase } from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { dropConnection } from './drop-connection.js'
import { PlataformaDialect } from './plataforma-dialect.js'

it('ends the session of its own dialect, and leaves those of others alone', async () => {
  await using database = await testDatabase()
  const { connectionString } = database
  for (const Dialect of [PlataformaDialect, PostgresDialect]) {
    const pool = new pg.Pool({ connectionString })
    const db = new Kysely<unknown>({ dialect: new Dialect({ pool }) })
    const isDropped = await db.connection().execute(async (held) => {
      await sql`SELECT 1`.execute(held)
      const dropped = held.getExecutor().provideConnection(async (one) => {
        const gone = dropConnection(one)
        await gone
        return gone !== undefined
      })
      const is = await dropped
      const next = sql`SELECT 1`.execute(held)
      if (is) await expect(next).rejects.toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
      else expect((await next).rows).toHaveLength(1)
      return is
    })
    expect(isDropped).toBe(Dialect === PlataformaDialect)
    await db.destroy()
  }
})
