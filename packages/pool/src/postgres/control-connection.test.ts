import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ControlConnection } from './control-connection.js'

let target: TestDatabase
let outside: pg.Client
let control: ControlConnection
const group = `test-${process.pid}`

beforeAll(async () => {
  target = await testDatabase({ administrator: 'restricted' })
  outside = new pg.Client(target.superuser.connectionString)
  await outside.connect()
})

afterAll(async () => {
  await outside.end()
  await target.drop()
})

const made = () =>
  new ControlConnection({ group, config: () => ({ connectionString: target.connectionString }) })

beforeEach(() => {
  control = made()
  return () => control.close()
})

const claim = (id: string, has: number) => ({ id, wants: has + 1, has })

it('tells what the server has for its clients, and what others of the group claim', async () => {
  const settings = await outside.query(
    `select sum(case name when 'max_connections' then setting::int else -setting::int end)::int as places
      from pg_settings
      where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')`,
  )
  const places = await control.open(claim('11111111', 1), () => {})
  expect(places).toBe(settings.rows[0].places - 2)
  const other = made()
  await other.open(claim('22222222', 4), () => {})
  expect(await control.exchange(claim('11111111', 3))).toEqual([claim('22222222', 4)])
  expect(await other.exchange(claim('22222222', 7))).toEqual([claim('11111111', 3)])
  await other.close()
  await expect.poll(() => control.exchange(claim('11111111', 3))).toEqual([])
})

it('says when it is lost, and can be opened again', async () => {
  let lost = 0
  await control.open(claim('11111111', 1), () => {
    lost += 1
  })
  await outside.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where starts_with(application_name, $1)`,
    [`plt:${group}:`],
  )
  await expect.poll(() => lost).toBe(1)
  await expect(control.exchange(claim('11111111', 1))).rejects.toThrow('lost')
  await control.open(claim('11111111', 1), () => {})
  expect(await control.exchange(claim('11111111', 1))).toEqual([])
})

it('waits until a backend is gone', async () => {
  await control.open(claim('11111111', 1), () => {})
  const client = new pg.Client(target.connectionString)
  client.on('error', () => {})
  await client.connect()
  const pid = (client as unknown as { processID: number }).processID
  let isGone = false
  const gone = control.gone(pid).then(() => {
    isGone = true
  })
  await control.exchange(claim('11111111', 1))
  await control.exchange(claim('11111111', 1))
  expect(isGone).toBe(false)
  await client.end()
  await gone
  const { rowCount } = await outside.query('select from pg_stat_activity where pid = $1', [pid])
  expect(rowCount).toBe(0)
})

it('tells the limits of a role and of a database', async () => {
  const { user } = target.administrator
  await control.open(claim('11111111', 1), () => {})
  expect(await control.limitOf(user, target.name)).toBe(Number.POSITIVE_INFINITY)
  await outside.query(`alter role ${pg.escapeIdentifier(user)} connection limit 7`)
  expect(await control.limitOf(user, target.name)).toBe(7)
  await outside.query(`alter database ${pg.escapeIdentifier(target.name)} connection limit 5`)
  expect(await control.limitOf(user, target.name)).toBe(5)
})

it('closes while it connects, and leaves nobody waiting', async () => {
  const opening = control.open(claim('11111111', 1), () => {})
  const refused = expect(opening).rejects.toThrow()
  await control.close()
  await refused
})
