import { startTcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folderOf } from '../src/source/folder.fixture.js'
import { askDatabase } from './ask-database.js'
import { migrate, startMigrate } from './run-migrate.js'

let database: TestDatabase
let env: Readonly<Record<string, string>>

beforeEach(async () => {
  database = await testDatabase()
  env = { DATABASE_URL: database.connectionString }
})

afterEach(() => database.drop())

const AUTH = { 'migrations/auth/001_users.sql': 'create table users (id int primary key);' }

describe('the program', () => {
  it('tells its commands and exit codes', async () => {
    const { exitCode, stdout, stderr } = await migrate(['--help'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const part of [
      'up [options]',
      'down',
      'status',
      'plan',
      'new',
      'baseline',
      'history',
      'repair',
      'import',
      'DATABASE_URL',
      'Exit codes',
    ]) {
      expect(stdout).toContain(part)
    }
    expect((await migrate(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    [['upp'], /Unknown command 'upp'. Did you mean up\? See plataforma-migrate --help\.\n$/],
    [['down'], /missing required argument 'module'/i],
    [['up'], /There is no address of a database\. Set DATABASE_URL, give --url/],
    [['up', '--config', 'nothing.mjs'], /There is no file .*nothing\.mjs/],
    [['up', '--url', 'postgres://127.0.0.1:1/x', '--directory', ''], /directory/],
  ])('refuses %j with 2', async (args, message) => {
    const { exitCode, stdout, stderr } = await migrate(args, { cwd: folderOf({}) })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('ends with 4 where the server cannot be reached', async () => {
    const cwd = folderOf(AUTH)
    await using proxy = await startTcpProxy(database.server)
    const url = proxy.url(database.connectionString)
    await proxy.refuse()
    for (const command of ['up', 'plan', 'status', 'history']) {
      const run = await migrate([command, '--url', url], { cwd })
      expect(run).toMatchObject({
        exitCode: 4,
        stdout: '',
        stderr: expect.stringMatching(/^plataforma-migrate: Cannot connect to PostgreSQL: .*\n$/),
      })
    }
  })

  it.each([
    ['an enum', 'enum Folder { db }\nexport default { directory: Folder[0] }'],
    ['an import without an extension', "import d from './other'\nexport default { directory: d }"],
    ['types', 'export default { directory: "db" as string }', '--no-experimental-strip-types'],
  ])('says how to write a configuration that Node.js can load: %s', async (_, text, flag = '') => {
    const cwd = folderOf({
      'migrations.config.ts': text,
      'other.ts': 'export default "db"',
      'bad/migrations.config.ts': 'export default {',
    })
    const own = { cwd, env: { ...env, NODE_OPTIONS: flag } }
    expect(await migrate(['status'], own)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /migrations\.config\.ts cannot be read: .* Write it as \.mjs, or/,
      ),
    })
    const bad = await migrate(['status', '--config', 'bad/migrations.config.ts'], { cwd, env })
    expect(bad).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Correct the file.'),
    })
  })

  it('takes its configuration from a file, and options before it', async () => {
    const cwd = folderOf({
      'migrations.config.ts': `export default {
        connectionString: process.env.ADDRESS as string, directory: 'db' }`,
      'db/auth/001_a.sql': 'create table a (id int);',
    })
    const options = { cwd, env: { ADDRESS: database.connectionString } }
    expect((await migrate(['plan', '--json'], options)).stdout).toContain('001_a')
    const other = await migrate(['plan', '--directory', folderOf({})], options)
    expect(other.stdout).toBe('Nothing to do: everything is applied.\n')
  })
})

describe('a network that swallows everything', () => {
  const inTime = async (ended: Promise<{ exitCode: number | null }>) => {
    const begin = performance.now()
    const { exitCode } = await ended
    expect(performance.now() - begin).toBeLessThan(10_000)
    return exitCode
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s ends with %i in the middle of a statement', async (signal, code) => {
    const cwd = folderOf({ ...AUTH, 'migrations/auth/003_slow.sql': 'select pg_sleep(600);' })
    await using proxy = await startTcpProxy(database.server)
    const url = proxy.url(database.connectionString)
    const running = await startMigrate(['up', '--url', url], { cwd })
    const sleeping = `select from pg_stat_activity
      where datname = '${database.name}' and wait_event = 'PgSleep'`
    await expect.poll(async () => (await askDatabase(database, sleeping)).length).toBe(1)
    proxy.blackHole()
    running.kill(signal)
    expect(await inTime(running.ended)).toBe(code)
    expect(running.stderr).toContain('PostgreSQL did not answer')
  })

  it('on SIGINT ends with 130 while it connects', async () => {
    const cwd = folderOf(AUTH)
    await using proxy = await startTcpProxy(database.server)
    proxy.blackHole()
    const url = proxy.url(database.connectionString)
    const running = await startMigrate(['up', '--url', url], { cwd })
    await expect.poll(() => proxy.connections).toBe(1)
    running.kill('SIGINT')
    expect(await inTime(running.ended)).toBe(130)
  })
})
