import type { TestDatabase } from '@plataforma/testkit'
import pg from 'pg'

/** Rows of a statement, as the superuser sees them. */
export async function askDatabase<Row>(database: TestDatabase, text: string): Promise<Row[]> {
  const client = new pg.Client(database.superuser)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
