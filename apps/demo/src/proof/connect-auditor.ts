import pg from 'pg'

/** A plain connection of a superuser, outside the system; it ends with its `await using`. */
export async function connectAuditor(
  connectionString: string,
): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString, application_name: 'auditor' })
  // A server that goes away while nothing is asked of it is told by the next question.
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
