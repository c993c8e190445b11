import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'

const PROCESSES = 8
const ROWS = 20
const MODULES = ['vendas', 'estoque', 'financeiro']
const tenantOf = (index: number) => `0190a7c2-0000-7000-8000-00000000000${index}`

let target: TestDatabase
let outside: pg.Client

beforeAll(async () => {
  target = await testDatabase()
  outside = new pg.Client(target.superuser.connectionString)
  await outside.connect()
})

afterAll(async () => {
  await outside.end()
  await target.drop()
})

/** What each process does with a database that nobody has prepared, as soon as it is told to. */
const PROGRAM = `
  import { once } from 'node:events'
  import { createDatabase } from './src/index.ts'
  const [modules, tenantId, rows] = JSON.parse(process.env.WORK)
  console.log('ready')
  await once(process.stdin, 'data')
  process.stdin.destroy()
  const database = createDatabase({
    connectionString: process.env.DATABASE_URL,
    secret: 'a secret for tests only',
  })
  await database.initialize()
  const key = { name: 'id', type: 'UUID', primaryKey: true }
  const tenant = { name: 'organization_id', type: 'UUID', nullable: false }
  for (const name of modules) {
    const module = await database.createModule(name)
    await module.createTable('pedidos', [
      key, tenant,
      { name: 'numero', type: 'INTEGER', unique: true },
      { name: 'estado', type: 'TEXT', default: 'novo', check: "estado <> ''" },
    ], { indexes: [['estado']] })
    await module.createTable('itens', [key, tenant, { name: 'pedido', type: 'UUID', references: 'pedidos' }])
    await database.withContext({ tenantId }, async () => {
      const numbers = Array.from({ length: rows }, (_, numero) => ({ numero }))
      const orders = await module.insert('pedidos', numbers)
      await module.insert('itens', orders.map(({ id }) => ({ pedido: id })))
    })
  }
  const counts = await database.withContext({ tenantId }, () =>
    Promise.all(modules.flatMap((name) =>
      ['pedidos', 'itens'].map((table) => database.module(name).count(table)))))
  console.log(JSON.stringify(counts))
  await database.close()
`

interface Run {
  readonly child: ChildProcess
  readonly lines: AsyncIterator<string>
  readonly errors: string[]
  readonly exit: Promise<unknown[]>
}

function start(index: number): Run {
  const child = spawn(
    process.execPath,
    ['--conditions', 'plataforma-source', '--import', 'tsx', '--input-type=module', '-e', PROGRAM],
    {
      cwd: new URL('..', import.meta.url),
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        DATABASE_URL: target.connectionString,
        WORK: JSON.stringify([MODULES, tenantOf(index), ROWS]),
      },
    },
  )
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text) => errors.push(text))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return { child, lines, errors, exit: once(child, 'exit') }
}

it('many processes at once prepare one empty database and work in it', {
  timeout: 180_000,
}, async () => {
  const runs = Array.from({ length: PROCESSES }, (_, index) => start(index))
  try {
    for (const { lines, errors } of runs) {
      expect([(await lines.next()).value, errors.join('')]).toEqual(['ready', ''])
    }
    for (const { child } of runs) child.stdin?.end('go\n')
    const ends = await Promise.all(
      runs.map(async ({ lines, errors, exit }) => {
        const counts = (await lines.next()).value
        const [code] = await exit
        return { code, counts, errors: errors.join('') }
      }),
    )
    const counts = JSON.stringify(Array.from({ length: MODULES.length * 2 }, () => ROWS))
    expect(ends).toEqual(ends.map(() => ({ code: 0, counts, errors: '' })))
  } finally {
    for (const { child } of runs) if (child.exitCode === null) child.kill('SIGKILL')
  }
  for (const module of MODULES) {
    for (const table of ['pedidos', 'itens']) {
      const { rows } = await outside.query(
        `select count(*)::int as rows, count(distinct organization_id)::int as tenants
          from module_${module}.${table}`,
      )
      expect(rows).toEqual([{ rows: PROCESSES * ROWS, tenants: PROCESSES }])
    }
  }
  const left = () =>
    outside.query(
      `select application_name, state, query from pg_stat_activity
        where datname = $1 and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      [target.name],
    )
  await expect.poll(async () => (await left()).rows).toEqual([])
  const { rows: locks } = await outside.query(
    `select locktype from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = $1)`,
    [target.name],
  )
  expect(locks).toEqual([])
})
