import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
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

const AUTH = {
  'migrations/auth/001_users.sql':
    '-- @metadata {"version": "1.0.0"}\ncreate table users (id int primary key);\n-- @down\ndrop table users;\n',
  'migrations/auth/002_roles.sql':
    '-- @metadata {"version": "1.1.0"}\ncreate table roles (id int);\ncreate index concurrently roles_id on roles (id);\n-- @down\ndrop table roles;\n',
}
const VENDAS = {
  'migrations/vendas/001_clientes.sql':
    '-- @metadata {"version": "0.1.0", "dependencies": ["auth@>=1.0.0"]}\ncreate table clientes (id int);\n-- @down\ndrop table clientes;\n',
}

const ask = <Row>(text: string) => askDatabase<Row>(database, text)

describe('up', () => {
  it('runs what is pending, with a line for each on stderr, and then has nothing to do', async () => {
    const cwd = folderOf({ ...AUTH, ...VENDAS })
    const first = await migrate(['up'], { cwd, env })
    expect(first.exitCode).toBe(0)
    expect(first.stdout).toMatch(/^Applied 3 migrations of 2 modules in [\d.]+ m?s\.\n$/)
    const lines = first.stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    for (const line of lines) {
      expect(line).toMatch(/^applied {6}[123]\/3 {2}[ \d.]{4,6} m?s {2}(auth|vendas)\/00\d_\w+$/)
    }
    expect(await migrate(['up'], { cwd, env })).toEqual({
      exitCode: 0,
      stdout: 'Nothing to do: everything is applied.\n',
      stderr: '',
    })
  })

  it('runs one module and what it needs of others', async () => {
    const cwd = folderOf({ ...AUTH, ...VENDAS })
    const { exitCode, stdout } = await migrate(['up', 'vendas', '--json'], { cwd, env })
    expect(exitCode).toBe(0)
    const { applied, durationMs } = JSON.parse(stdout)
    const history = JSON.parse((await migrate(['history', '--json'], { cwd, env })).stdout)
    const durations = [{ durationMs }, ...applied, ...history.entries].map((one) => one.durationMs)
    expect(durations).toHaveLength(5)
    for (const duration of durations) expect(String(duration)).toMatch(/^\d+(\.\d)?$/)
    expect(applied.map(({ name }: { name: string }) => name)).toEqual(['001_users', '001_clientes'])
  })

  it('shows the place of an error, keeps what went before, and ends with 1', async () => {
    const cwd = folderOf({
      ...AUTH,
      'migrations/auth/003_bad.sql':
        'create table good (id int);\nalter table missing add a int;\n',
    })
    const { exitCode, stdout, stderr } = await migrate(['up'], { cwd, env })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(`
plataforma-migrate: Migration 003_bad of "auth" failed: relation "missing" does not exist
  migrations/auth/003_bad.sql:2:1
  2 | alter table missing add a int;
    | ^
  `)
    const json = await migrate(['up', '--json'], { cwd, env })
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: {
        code: 'PLT_MIGRATION_FAILED',
        module: 'auth',
        sqlState: '42P01',
        details: { line: 2, column: 1, migration: '003_bad' },
      },
    })
    expect(
      await ask(`select to_regclass('module_auth.roles') is not null as stays,
      to_regclass('module_auth.good') as undone`),
    ).toEqual([{ stays: true, undone: null }])
  })

  it('shows the place of an error in TypeScript', async () => {
    const cwd = folderOf({
      'migrations/auth/001_bad.ts':
        "interface Row { id: number }\n\nexport async function up(db: any) {\n  const rows: Row[] = await db.selectFrom('missing').execute()\n}\n",
    })
    const { exitCode, stderr } = await migrate(['up'], { cwd, env })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`
  migrations/auth/001_bad.ts:4:23
  4 |   const rows: Row[] = await db.selectFrom('missing').execute()
    |                       ^
  `)
  })

  it('changes nothing with --dry-run', async () => {
    const cwd = folderOf({ ...AUTH, ...VENDAS })
    const { exitCode, stdout, stderr } = await migrate(['up', '--dry-run'], { cwd, env })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe(
      [
        '    Module   Migration      Version   Why',
        '1   auth     001_users      1.0.0     new',
        '2   auth     002_roles      1.1.0     new',
        '3   vendas   001_clientes   0.1.0     new',
        '',
        '3 migrations of 2 modules to run.',
        '',
      ].join('\n'),
    )
    expect(await ask(`select 1 from pg_namespace where nspname ~ 'plataforma|module'`)).toEqual([])
  })

  it('ends with 5 where another process migrates for too long, and tells who', async () => {
    const cwd = folderOf({
      ...AUTH,
      'migrations.config.mjs': 'export default { lockWaitMs: 300 }',
      'migrations/auth/003_slow.sql': `do $$ begin
        while not exists (select from pg_class where relname = 'go_on')
          loop perform pg_sleep(0.05); end loop;
      end $$;`,
    })
    const slow = await startMigrate(['up'], { cwd, env })
    await expect.poll(() => slow.stderr).toContain('auth/002_roles')
    const { exitCode, stderr } = await migrate(['up'], { cwd, env })
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(/^waiting {6}for pid \d+ \(plataforma-migrations .* of \w+ at /m)
    await ask('create table public.go_on ()')
    expect(await slow.ended).toMatchObject({ exitCode: 0 })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s undoes what runs and ends with %i', async (signal, code) => {
    const cwd = folderOf({
      ...AUTH,
      'migrations/auth/003_slow.sql': 'create table slow (id int);\nselect pg_sleep(600);',
    })
    const running = await startMigrate(['up'], { cwd, env })
    const sleeping = `select pid from pg_stat_activity
      where datname = '${database.name}' and wait_event = 'PgSleep'`
    await expect.poll(async () => (await ask(sleeping)).length).toBe(1)
    running.kill(signal)
    const { exitCode, stdout, stderr } = await running.ended
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr.trimEnd().split('\n').slice(2)).toEqual([
      'plataforma-migrate: Interrupted: ending what runs. Once more leaves at once.',
    ])
    expect(await ask(sleeping)).toEqual([])
    expect(await ask(`select to_regclass('module_auth.slow') as slow`)).toEqual([{ slow: null }])
    const { stdout: after } = await migrate(['status', '--json'], { cwd, env })
    const [auth] = JSON.parse(after).modules
    expect(auth).toMatchObject({ state: 'pending', pending: [{ name: '003_slow' }] })
  })
})

it('shows a half-done migration as such, and goes on with its corrected file', async () => {
  const file = (index: string) => ({
    'migrations/auth/001_users.sql': `create table users (id int);\ninsert into users values (1), (1);\ncreate ${index} index concurrently users_id on users (id);\n`,
  })
  const cwd = folderOf(file('unique'))
  expect((await migrate(['up'], { cwd, env })).exitCode).toBe(1)
  const { stdout } = await migrate(['status'], { cwd, env })
  expect(stdout).toMatch(/^auth +half done +0 +1/m)
  expect(stdout).toContain(
    'auth  001_users is half done: 2 of 3 statements, stopped at line 3 (resumable)\n  Run it again: ',
  )
  const { modules } = JSON.parse((await migrate(['status', '--json'], { cwd, env })).stdout)
  expect(modules).toMatchObject([
    { state: 'half-done', pending: [{ halfDone: { done: 2, of: 3 } }] },
  ])
  expect((await migrate(['plan'], { cwd, env })).stdout).toContain(
    'interrupted, goes on: 2 of 3 statements, stopped at line 3 (resumable)',
  )
  writeFileSync(
    join(cwd, 'migrations/auth/001_users.sql'),
    file('')['migrations/auth/001_users.sql'],
  )
  expect((await migrate(['up'], { cwd, env })).exitCode).toBe(0)
})

describe('down, status, history, plan', () => {
  it('undo, and tell how it stands', async () => {
    const cwd = folderOf({ ...AUTH, ...VENDAS })
    await migrate(['up'], { cwd, env })
    expect((await migrate(['status'], { cwd, env })).stdout).toMatch(
      /^Module {3}State {5}Version {3}Applied {3}Pending {3}Last applied\nauth {5}current {3}1\.1\.0 {11}2 {9}0 {3}\d{4}-/,
    )
    const refused = await migrate(['down', 'auth', '--to', '0'], { cwd, env })
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('vendas') })
    const undone = await migrate(['down', 'auth'], { cwd, env })
    expect(undone).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Undid 1 migration in /),
      stderr: expect.stringMatching(/^rolled back {2}1\/1 .* auth\/002_roles\n$/),
    })
    const misspelled = await migrate(['status', '--check', 'auht'], { cwd, env })
    expect(misspelled).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"auht"') })
    const status = await migrate(['status', '--check', 'auth'], { cwd, env })
    expect(status.exitCode).toBe(3)
    expect(status.stdout).toContain('auth  1 pending\n  002_roles   1.1.0\n')
    expect((await migrate(['plan', '--check'], { cwd, env })).exitCode).toBe(3)
    expect((await migrate(['plan', '--check', 'vendas'], { cwd, env })).exitCode).toBe(0)
    const { stdout } = await migrate(['history', 'auth'], { cwd, env })
    const [headings = '', ...lines] = stdout.trimEnd().split('\n')
    expect(headings).toMatch(/^When +What +Module +Migration +Version +Took +By$/)
    expect(lines.map((line) => line.slice(22, 36).trim())).toEqual([
      'applied',
      'applied',
      'rolled back',
    ])
    rmSync(join(cwd, 'migrations/vendas/001_clientes.sql'))
    const message = 'vendas:001_clientes is applied and its file is gone.'
    const gone = await migrate(['status', '--check', 'vendas'], { cwd, env })
    expect(gone.exitCode).toBe(0)
    expect(gone.stdout.trimEnd().split('\n').slice(2)).toEqual(['', `warning  ${message}`])
    const json = await migrate(['status', 'vendas', '--json'], { cwd, env })
    expect(JSON.parse(json.stdout).modules[0].warnings).toEqual([
      { kind: 'file-missing', module: 'vendas', name: '001_clientes', message },
    ])
  })

  it('refuse options that say nothing or too much', async () => {
    for (const args of [
      ['--steps', '0'],
      ['--steps', 'all'],
      ['--steps', '1', '--to', '1'],
    ]) {
      const run = await migrate(['down', 'auth', ...args], { env })
      expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    }
  })
})

describe('new, import, baseline, repair', () => {
  it('make files, take over those of others, and record what is there', async () => {
    const cwd = folderOf({
      'db/20240101120000_a.sql':
        '-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;\n',
    })
    expect(await migrate(['new', 'vendas', 'create', 'Itens', '--ts'], { cwd })).toEqual({
      exitCode: 0,
      stdout: `Made ${join('migrations', 'vendas', '001_create_itens.ts')}.\n`,
      stderr: '',
    })
    expect(existsSync(join(cwd, 'migrations/vendas/001_create_itens.ts'))).toBe(true)
    const imported = await migrate(['import', 'legado', 'db', '--from', 'dbmate', '-d', 'other'], {
      cwd,
    })
    expect(imported).toMatchObject({
      exitCode: 0,
      stdout: `${join('other', 'legado', '20240101120000_a.sql')}\n\nWrote 1 migration.\n`,
    })
    expect(readFileSync(join(cwd, 'other/legado/20240101120000_a.sql'), 'utf8')).toContain(
      '-- @down',
    )
    const other = (...args: string[]) => migrate([...args, '--directory', 'other'], { cwd, env })
    expect(await other('baseline', 'legado')).toMatchObject({
      exitCode: 0,
      stdout: 'legado/20240101120000_a\nRecorded 1 migration as applied.\n',
    })
    expect((await other('up')).stdout).toBe('Nothing to do: everything is applied.\n')
    expect((await other('repair')).stdout).toBe('Nothing to repair.\n')
    expect(await other('repair', 'legado', 'x', '--as', 'done')).toMatchObject({
      exitCode: 2,
      stderr:
        'plataforma-migrate: --as cannot be done. Give one of: applied, rolled-back, retry.\n',
    })
  })

  it('name the tools that can be imported', async () => {
    expect(await migrate(['import', 'legado', 'db', '--from', 'flyway'])).toMatchObject({
      exitCode: 2,
      stderr:
        'plataforma-migrate: The tool flyway is not known. Give --from one of: dbmate, diesel.\n',
    })
  })
})

describe('row types', () => {
  it('are written by a run that changed something, and compared by codegen --verify', async () => {
    const cwd = folderOf({
      ...AUTH,
      'migrations.config.mjs': "export default { outDir: 'generated' }",
    })
    const up = await migrate(['up'], { cwd, env })
    expect(up).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^row types {4}2 files$/m),
    })
    const file = join(cwd, 'generated/auth.ts')
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('Users')
    expect(await migrate(['codegen', '--verify'], { cwd, env })).toEqual({
      exitCode: 0,
      stdout: 'The row types are those of the database.\n',
      stderr: '',
    })
    writeFileSync(file, text.replace('id: number', 'id: string'))
    const verify = await migrate(['codegen', '--verify'], { cwd, env })
    expect(verify.exitCode).toBe(3)
    expect(verify.stdout).toMatch(/^- {2}id: string .*;$/m)
    expect(verify.stdout).toMatch(/^\+ {2}id: number .*;$/m)
    expect(verify.stdout).toMatch(/\n1 file to generate anew\.\n$/)
    const index = join(cwd, 'generated/index.ts')
    const indexText = readFileSync(index, 'utf8')
    rmSync(index)
    const { stdout: patch } = await migrate(['codegen', '--verify'], { cwd, env })
    execFileSync('git', ['apply'], { cwd, input: patch })
    expect([readFileSync(file, 'utf8'), readFileSync(index, 'utf8')]).toEqual([text, indexText])
    writeFileSync(file, text.replace('id: number', 'id: string'))
    expect(await migrate(['codegen'], { cwd, env })).toMatchObject({
      exitCode: 0,
      stdout: `wrote    ${join('generated', 'auth.ts')}\n`,
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect((await migrate(['codegen'], { cwd, env })).stdout).toBe(
      'Nothing to do: 2 files right already.\n',
    )
    const elsewhere = ['codegen', '--out', 'elsewhere']
    expect(await migrate([...elsewhere, '--verify'], { cwd, env })).toMatchObject({ exitCode: 3 })
    expect((await migrate(elsewhere, { cwd, env })).stdout).toBe(
      `wrote    ${join('elsewhere', 'auth.ts')}\nwrote    ${join('elsewhere', 'index.ts')}\n`,
    )
    expect(await migrate([...elsewhere, '--verify'], { cwd, env })).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(cwd, 'elsewhere/auth.ts'), 'utf8')).toBe(text)
    expect(await migrate(['down', 'auth'], { cwd, env })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^row types {4}2 files$/m),
    })
    expect(readFileSync(file, 'utf8')).not.toContain('Roles')
  })
})
