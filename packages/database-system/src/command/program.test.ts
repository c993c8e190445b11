import { startTcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plataforma, temporaryFolder } from '../../test/run-plataforma.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  await database.drop()
})

/** Every error is one line with what happened and what to do. */
function oneLine(...parts: readonly string[]) {
  const inner = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')
  return expect.stringMatching(new RegExp(`^plataforma: [^\\n]*${inner}[^\\n]*\\n$`))
}

describe('usage', () => {
  it('tells its commands, options, configuration and exit codes', async () => {
    const { exitCode, stdout, stderr } = await plataforma(['--help'])
    expect(exitCode).toBe(0)
    for (const part of ['status', 'doctor', '--config', '--json', 'DATABASE_URL', 'Exit codes']) {
      expect(stdout).toContain(part)
    }
    expect(stderr).toBe('')
  })

  it('tells its version', async () => {
    const { exitCode, stdout } = await plataforma(['--version'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('shows the help where no command is given', async () => {
    const { exitCode, stdout, stderr } = await plataforma([])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('Usage: plataforma')
  })

  it.each([
    [['statuss'], ["unknown command 'statuss'", 'Did you mean status?', 'plataforma --help']],
    [
      ['status', '--jsn'],
      ["unknown option '--jsn'", '--help'],
    ],
    [
      ['status', 'vendas'],
      ['Too many arguments', '--help'],
    ],
    [
      ['status', '--config'],
      ['argument missing', '--help'],
    ],
  ])('refuses %j', async (args, parts) => {
    const { exitCode, stdout, stderr } = await plataforma(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr.toLowerCase()).toEqual(oneLine(...parts.map((part) => part.toLowerCase())))
  })
})

describe('configuration', () => {
  const good = () =>
    `export default { mode: 'development', connectionString: '${database.connectionString}' }`

  it.each(['plataforma.config.ts', 'plataforma.config.mjs', 'plataforma.config.js'])(
    'is found in %s',
    async (name) => {
      await using folder = await temporaryFolder({
        [name]: good(),
        'package.json': '{ "type": "module" }',
      })
      const { exitCode, stdout } = await plataforma(['status'], { cwd: folder.path })
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`${name} (development)`)
    },
  )

  it('may hold more TypeScript than types', async () => {
    await using folder = await temporaryFolder({
      'mode.ts': "export enum Mode { development = 'development' }",
      'plataforma.config.ts': `import { Mode } from './mode'
        export default {
          mode: Mode.development,
          connectionString: '${database.connectionString}' as string,
        }`,
    })
    const run = await plataforma(['status'], { cwd: folder.path })
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('is the file of --config before the one in the folder', async () => {
    await using folder = await temporaryFolder({
      'plataforma.config.mjs': 'throw new Error("not this one")',
      'other.mjs': good(),
    })
    const options = { cwd: folder.path }
    expect(await plataforma(['status', '--config', 'other.mjs'], options)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('other.mjs'),
    })
    expect(await plataforma(['--config', 'other.mjs', 'status'], options)).toMatchObject({
      exitCode: 0,
    })
  })

  it('is DATABASE_URL where there is no file: production only with a secret', async () => {
    const env = { DATABASE_URL: database.connectionString }
    expect((await plataforma(['status'], { env })).stdout).toContain('DATABASE_URL (development)')
    const secret = 'a secret of this test alone'
    const inProduction = await plataforma(['status'], {
      env: { ...env, PLATAFORMA_SECRET: secret },
    })
    expect(inProduction.stdout).toContain('DATABASE_URL (production)')
  })

  it('is asked for where there is none', async () => {
    const { exitCode, stdout, stderr } = await plataforma(['status'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toEqual(oneLine('no configuration', 'plataforma.config.ts', 'DATABASE_URL'))
  })

  it.each([
    ['a file that does not exist', 'other.mjs', '', ['There is no file', 'nothing.mjs']],
    [
      'a syntax error',
      'nothing.mjs',
      'export default {\n  mode: \n',
      ['Unexpected', 'nothing.mjs:3'],
    ],
    ['an error of its own', 'nothing.mjs', 'throw new Error("no vault")', ['no vault']],
    ['no default export', 'nothing.mjs', 'export const a = 1', ['default export']],
    ['no address', 'nothing.mjs', 'export default {}', ['connectionString', 'missing']],
    [
      'no secret in production',
      'nothing.mjs',
      'export default { connectionString: "postgres://localhost/x" }',
      ['secret', 'PLATAFORMA_SECRET'],
    ],
    [
      'a feature that does not exist',
      'nothing.mjs',
      'export default { features: { cashing: true } }',
      ['features.cashing', 'caching'],
    ],
  ])('is refused with %s', async (_, name, text, parts) => {
    await using folder = await temporaryFolder({ [name]: text })
    const run = await plataforma(['status', '--config', 'nothing.mjs'], { cwd: folder.path })
    expect(run).toEqual({ exitCode: 2, stdout: '', stderr: oneLine(...parts) })
  })
})

describe('a server that cannot be reached', () => {
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.connectionString)
    change(url)
    return url.href
  }

  it.each<[string, (url: URL) => void, readonly string[]]>([
    [
      'is absent',
      (url) => {
        url.port = '1'
      },
      ['ECONNREFUSED', 'server runs'],
    ],
    [
      'refuses the password',
      (url) => {
        url.password = 'wrong'
      },
      ['password authentication failed', 'Check user, password'],
    ],
    [
      'has no such database',
      (url) => {
        url.pathname = '/nowhere'
      },
      ['"nowhere" does not exist', 'Create the database'],
    ],
    [
      'has a name nobody knows',
      (url) => {
        url.hostname = 'nowhere.invalid'
      },
      ['nowhere.invalid'],
    ],
  ])('%s', async (_, change, parts) => {
    const env = { DATABASE_URL: changed(change) }
    const { exitCode, stdout, stderr } = await plataforma(['doctor'], { env })
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
    expect(stderr).toEqual(oneLine('Cannot connect to PostgreSQL:', ...parts))
    expect(stderr).not.toContain(database.administrator.password)
  })

  it('is given up after some seconds where nothing answers', async () => {
    await using proxy = await startTcpProxy(database.server)
    proxy.blackHole('toClient')
    const env = { DATABASE_URL: proxy.url(database.connectionString) }
    const { exitCode, stderr } = await plataforma(['status'], { env })
    expect(exitCode).toBe(4)
    expect(stderr).toEqual(oneLine('Cannot connect to PostgreSQL:', 'timeout'))
  })

  it('is told as JSON where that was asked for', async () => {
    const env = {
      DATABASE_URL: changed((url) => {
        url.port = '1'
      }),
    }
    const { exitCode, stdout } = await plataforma(['status', '--json'], { env })
    expect(exitCode).toBe(4)
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'PLT_DATABASE_UNAVAILABLE',
        message: expect.stringContaining('ECONNREFUSED'),
        remedy: expect.any(String),
      },
    })
  })
})
