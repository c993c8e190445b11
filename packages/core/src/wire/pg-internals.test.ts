import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { asPgClient, type PgClient } from './pg-internals.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(() => database.drop())

async function connect(config: pg.ClientConfig = {}): Promise<PgClient> {
  const client = new pg.Client({ connectionString: database.connectionString, ...config })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return asPgClient(client)
}

/** Notes what `pg` calls, in order. */
class Recorder {
  readonly calls: string[] = []
  callback: (() => void) | undefined
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  submit(wire: PgClient['connection']): null {
    this.calls.push('submit')
    wire.stream.write(this.#bytes)
    return null
  }

  handleRowDescription = (message: { fields: { name: string; dataTypeID: number }[] }) =>
    this.calls.push(`columns ${message.fields.map((f) => `${f.name}:${f.dataTypeID}`).join()}`)
  handleDataRow = (message: { fields: unknown[] }) =>
    this.calls.push(`row ${message.fields.join()}`)
  handleCommandComplete = (message: { text: string }) => this.calls.push(message.text)
  handlePortalSuspended = () => this.calls.push('suspended')
  handleEmptyQuery = () => this.calls.push('empty')
  handleCopyInResponse = () => this.calls.push('copy in')
  handleCopyData = () => this.calls.push('copy data')
  handleError = (error: Error & { severity?: string }) =>
    this.calls.push(`error ${error.severity ?? error.message}`)
  handleReadyForQuery = () => this.calls.push('ready')
}

const simple = (text: string) => {
  const message = Buffer.alloc(6 + Buffer.byteLength(text))
  message.write('Q')
  message.writeInt32BE(message.length - 1, 1)
  message.write(text, 5)
  return message
}

const drained = (client: PgClient) =>
  new Promise<void>((resolve) => client.once('drain', () => resolve()))

describe('what the wire layer needs of pg', () => {
  it('an object with a submit is sent as it is and gets the messages', async () => {
    const client = await connect()
    const recorder = new Recorder(simple('select 7 as n, null as m; select 1 where false;'))
    const done = drained(client)
    client.query(recorder)
    await done
    expect(recorder.calls).toEqual([
      'submit',
      'columns n:23,m:25',
      'row 7,',
      'SELECT 1',
      'columns ?column?:23',
      'SELECT 0',
      'ready',
    ])
  })

  it('empty queries, COPY in both directions and errors have their own calls', async () => {
    const client = await connect()
    const ask = async (text: string) => {
      const recorder = new Recorder(simple(text))
      const done = drained(client)
      client.query(recorder)
      await done
      return recorder.calls.slice(1)
    }
    expect(await ask('')).toEqual(['empty', 'ready'])
    expect(await ask('copy (select 1) to stdout')).toEqual(['copy data', 'COPY 1', 'ready'])
    // `pg` forgets a query at its error: it does not hear the ReadyForQuery behind it.
    expect(await ask('nonsense')).toEqual(['error ERROR'])
  })

  it('a query that takes its place back hears of what follows its error', async () => {
    const client = await connect()
    const recorder = new Recorder(simple('nonsense'))
    recorder.handleError = (error) => {
      client._activeQuery = recorder
      return recorder.calls.push(`error ${error.severity}`)
    }
    const done = drained(client)
    client.query(recorder)
    await done
    expect(recorder.calls).toEqual(['submit', 'error ERROR', 'ready'])
  })

  it('a query that is not done yet keeps its place at a ReadyForQuery', async () => {
    const client = await connect()
    const recorder = new Recorder(Buffer.concat([simple('select 1'), simple('select 2')]))
    recorder.handleReadyForQuery = () => {
      const count = recorder.calls.push('ready')
      if (count < 6) {
        client._activeQuery = recorder
        client.readyForQuery = false
      }
      return count
    }
    const done = drained(client)
    client.query(recorder)
    await done
    expect(recorder.calls.filter((call) => call.startsWith('row'))).toEqual(['row 1', 'row 2'])
  })

  it('the connection tells of ParseComplete, and of each message by its name', async () => {
    const client = await connect()
    const parsed: unknown[] = []
    client.connection.on('parseComplete', (message: unknown) => parsed.push(message))
    await (client as unknown as pg.Client).query('select $1::int', [1])
    expect(parsed).toHaveLength(1)
  })

  it('the status of the transaction is that of the last ReadyForQuery', async () => {
    const client = await connect()
    const seen: unknown[] = [client._txStatus]
    for (const text of ['begin', 'nonsense', 'rollback']) {
      await (client as unknown as pg.Client).query(text).catch(() => {})
      if (text === 'nonsense') await (client as unknown as pg.Client).query('bad').catch(() => {})
      seen.push(client._txStatus)
    }
    expect(seen).toEqual(['I', 'T', 'E', 'I'])
  })

  it('the key of CancelRequest, the address and the socket are known', async () => {
    const client = await connect()
    expect(client.processID).toBeTypeOf('number')
    expect(client.secretKey).toBeTypeOf('number')
    expect(client.port).toBe(database.server.port)
    expect(client.connection.stream.remotePort).toBe(database.server.port)
    expect(client.ssl).toBe(false)
    expect(client._types.getTypeParser(23, 'text')('42')).toBe(42)
  })

  it('a query hears of the end of its connection once, and the client is not queryable', async () => {
    const client = await connect()
    const recorder = new Recorder(simple('select pg_sleep(60)'))
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
    client.query(recorder)
    client.connection.stream.destroy()
    await ended
    expect(recorder.calls).toEqual(['submit', 'error Connection terminated unexpectedly'])
    expect(client._queryable).toBe(false)
  })

  it('query_timeout is told as an error whose message is known, and stopped by the callback', async () => {
    const client = await connect({ query_timeout: 50 })
    const recorder = new Recorder(simple('select pg_sleep(0.2)'))
    const done = drained(client)
    client.query(recorder)
    await done
    expect(recorder.calls).toContain('error Query read timeout')
    const quick = new Recorder(simple('select 1'))
    const end = drained(client)
    client.query(quick)
    expect(quick.callback).toBeTypeOf('function')
    await end
    quick.callback?.()
  })

  it('a client that is none of the JavaScript driver is refused', () => {
    expect(() => asPgClient({ query: () => {} })).toThrow(
      expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }),
    )
    const pipelining = new pg.Client({ pipeline: true } as pg.ClientConfig)
    expect(() => asPgClient(pipelining)).toThrow(
      expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }),
    )
  })
})
