import { readFile } from 'node:fs/promises'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { type SlowStatements, slowStatements } from '../../examples/slow-statements.js'
import { createDatabase } from '../database/create-database.js'
import { Database } from '../database/database.js'
import type { Statement } from '../statement/statement.js'
import type { OwnerTransaction } from '../table/table-host.js'
import type { DatabasePlugin, PluginHost } from './plugin.js'
import { pluginConformance } from './plugin-conformance.js'

let target: TestDatabase

beforeAll(async () => {
  target = await testDatabase()
})

afterAll(() => target.drop())

function databaseWith<const Plugins extends readonly DatabasePlugin[]>(plugins: Plugins) {
  return createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    tenantContext: 'optional',
    plugins,
  })
}

function plugin<const Name extends string, Manager>(
  name: Name,
  setup: (host: PluginHost) => Promise<Manager>,
  rest: Partial<DatabasePlugin> = {},
): DatabasePlugin<Name, Manager> {
  return { ...rest, name, setup }
}

describe('a composed database', () => {
  it('has each manager under its name and type, and no other', async () => {
    await using database = databaseWith([slowStatements({ thresholdMs: 0 })])
    expectTypeOf<(typeof database)['slowStatements']>().toEqualTypeOf<SlowStatements>()
    // @ts-expect-error no plugin of that name is listed
    expect(database.cache).toBeUndefined()
    await database.initialize()
    const module = await database.createModule('composed')
    await module.query('select 1 as one')
    expect(database.slowStatements.slowest.map(({ sql }) => sql)).toContain('select 1 as one')
    expect((await database.healthCheck()).metrics.slowStatements).toBeGreaterThan(0)
  })

  it('refuses a manager before initialize', async () => {
    await using database = databaseWith([slowStatements()])
    expect(() => database.slowStatements).toThrow(
      expect.objectContaining({ code: 'PLT_NOT_INITIALIZED' }),
    )
  })

  it.each([
    'transaction',
    'isolation',
    'managerOf',
    'constructor',
    'hasOwnProperty',
    'then',
    ...Object.getOwnPropertyNames(Database.prototype),
  ])('refuses a plugin that takes the name of its member %s', (name) => {
    expect(() => databaseWith([plugin(name, async () => {})])).toThrow(
      expect.objectContaining({ code: 'PLT_PLUGIN_INVALID' }),
    )
  })

  it('sets up in order and closes last in first out, once', async () => {
    const events: string[] = []
    const recording = (name: string, after: string[] = []) =>
      plugin(
        name,
        async (host) => {
          events.push(`setup ${name}`)
          host.onClose(() => {
            events.push(`close ${name}`)
          })
          return {}
        },
        { after },
      )
    const database = databaseWith([recording('second', ['first']), recording('first')])
    await database.initialize()
    await Promise.all([database.close(), database.close()])
    expect(events).toEqual(['setup first', 'setup second', 'close second', 'close first'])
  })

  it('is ready when every plugin is set up and knows what exists, before any module is used', async () => {
    const events: string[] = []
    await using database = databaseWith([
      plugin('maker', async (host) => {
        events.push('setup maker')
        host.on('ready', async () => {
          events.push('ready')
          await host.modules.create('prepared')
        })
        return {}
      }),
      plugin('listener', async (host) => {
        events.push('setup listener')
        host.on('ensureModule', ({ name }) => {
          events.push(`told of ${name}`)
          return Promise.resolve()
        })
        return {}
      }),
    ])
    await database.initialize()
    expect(events.slice(0, 3)).toEqual(['setup maker', 'setup listener', expect.anything()])
    expect(events.slice(-2)).toEqual(['ready', 'told of prepared'])
    expect(await database.module('prepared').query('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('opens a module that a plugin makes later', async () => {
    await using database = databaseWith([plugin('host', async (host) => host)])
    await database.initialize()
    await database.host.modules.create('made_later')
    expect(await database.module('made_later').query('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('lets interceptors answer without a connection and hand locals down', async () => {
    const seen: unknown[] = []
    await using database = databaseWith([
      plugin('outer', async (host) => {
        host.intercept((statement, next) => next({ ...statement, locals: { from: 'outer' } }))
        return {}
      }),
      plugin('inner', async (host) => {
        host.intercept(async (statement, next) => {
          seen.push(statement.locals)
          if (!statement.sql.includes('answered')) return await next(statement)
          return { command: 'SELECT', rowCount: 1, rows: [{ answered: 'by inner' }] }
        })
        return {}
      }),
    ])
    await database.initialize()
    const module = await database.createModule('composed')
    expect(await module.query('select 1 as answered')).toEqual([{ answered: 'by inner' }])
    expect(await module.query('select 2 as sent')).toEqual([{ sent: 2 }])
    expect(seen).toEqual([{ from: 'outer' }, { from: 'outer' }])
  })

  it('reports writes before and after COMMIT, and each rollback once', async () => {
    const events: unknown[] = []
    await using database = databaseWith([
      plugin('watcher', async (host) => {
        host.on('committing', ({ tables }) => {
          events.push(['committing', tables.map(({ schema, table }) => `${schema}.${table}`)])
        })
        host.on('committedWithLsn', (_, lsn) => {
          events.push(['committed', typeof lsn])
        })
        host.on('rolledBack', () => {
          events.push('rolled back')
        })
        return {}
      }),
    ])
    await database.initialize()
    const module = await database.createModule('watched')
    await module.createTable('notes', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
    await module.insert('notes', [{ id: 1 }])
    await module.select('notes')
    await module.transaction(async (tx) => {
      await tx.insert('notes', [{ id: 2 }])
      await tx.update('notes', { id: 3 }, { where: { id: 2 } })
    })
    await module
      .transaction(async (tx) => {
        await tx.insert('notes', [{ id: 4 }])
        throw new Error('no')
      })
      .catch(() => undefined)
    expect(events).toEqual([
      ['committing', ['module_watched.notes']],
      ['committed', 'undefined'],
      ['committing', ['module_watched.notes']],
      ['committed', 'string'],
      'rolled back',
    ])
  })

  it('protects a table that a plugin made, and tells every plugin', async () => {
    const told: string[] = []
    await using database = databaseWith([
      plugin('maker', async (host) => {
        host.on('ensureTable', async ({ table }) => {
          told.push(table)
        })
        return host
      }),
    ])
    await database.initialize()
    await database.createModule('made')
    const makeTable = async (trx: OwnerTransaction) => {
      await sql`create table things (id int primary key, organization_id uuid)`.execute(trx)
      await database.maker.ensureTable({ module: 'made', table: 'things' }, trx)
    }
    await database.isolation.asOwner('made', makeTable, { secure: false })
    const { rows } = await sql`
      select relrowsecurity and relforcerowsecurity as protected
      from pg_class where relname = 'things'`.execute(database.admin.db)
    expect(rows).toEqual([{ protected: true }])
    // What existed before the plugin was told to it at its start.
    expect(told.at(-1)).toBe('things')
  })

  it('tells every plugin, as the owner, of tables that an owner made or that were protected', async () => {
    const told: string[] = []
    await using database = databaseWith([
      plugin('listener', async (host) => {
        host.on('ensureTable', async ({ module, table }, trx) => {
          const { rows } = await sql<{ owner: boolean }>`
            select pg_get_userbyid(nspowner) = current_user as owner
              from pg_namespace where nspname = ${`module_${module}`}`.execute(trx)
          told.push(`${table} ${rows[0]?.owner ? 'as its owner' : 'as somebody'}`)
        })
      }),
    ])
    await database.initialize()
    await database.createModule('vendas')
    told.length = 0
    await database.asOwner('vendas', (trx) =>
      sql`create table by_owner (id int primary key, organization_id uuid)`.execute(trx),
    )
    expect(told).toContain('by_owner as its owner')
    told.length = 0
    await database.asOwner('vendas', (trx) =>
      sql`create table later (id int primary key, empresa uuid)`.execute(trx),
    )
    expect(told).not.toContain('later as its owner')
    await database.isolation.protectTable('vendas', 'later', { tenantColumn: 'empresa' })
    expect(told).toContain('later as its owner')
    expect(told.filter((entry) => entry.endsWith('somebody'))).toEqual([])
  })

  it('answers cacheQuery of modules by the plugin that provides the cache', async () => {
    const answers = new Map<string, unknown>()
    await using database = databaseWith([
      plugin(
        'cache',
        async (host) => {
          host.cacheQueries({
            async cacheQuery<T>(key: string, load: () => Promise<T>) {
              if (!answers.has(key)) answers.set(key, await load())
              return answers.get(key) as T
            },
          })
          return {}
        },
        { provides: ['cache'] },
      ),
    ])
    await database.initialize()
    const module = await database.createModule('cached')
    const ask = () =>
      module.database.cacheQuery('now', () => module.query('select clock_timestamp()'))
    expect(await ask()).toEqual(await ask())
  })

  it('rolls back when a listener of `committing` refuses', async () => {
    await using database = databaseWith([
      plugin('refuser', async (host) => {
        host.on('committing', () => {
          throw new Error('not now')
        })
        return {}
      }),
    ])
    await database.initialize()
    const module = await database.createModule('refused')
    await module.createTable('notes', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
    const insert = (id: number) => module.transaction((tx) => tx.insert('notes', [{ id }]))
    await expect(insert(1)).rejects.toThrow('not now')
    expect(await module.count('notes')).toBe(0)
  })
})

it('the example in the documentation is the one that is tested', async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
  const page = await read('../../../../docs/plugins.md')
  expect(page).toContain((await read('../../examples/slow-statements.ts')).trim())
})

/** All that the type asks for, and nothing else of the statement. */
function madeAnew(statement: Statement): Statement {
  const { sql, parameters, module, acting, inTransaction, streams, raw, locals } = statement
  const { tree, facts } = statement
  return { sql, parameters, module, acting, inTransaction, streams, raw, locals, tree, facts }
}

it('a statement that an interceptor made anew is refused, and says what to pass on', async () => {
  const faulty = plugin('faulty', async (host) => {
    host.intercept((statement, next) => next(madeAnew(statement)))
  })
  await using database = databaseWith([faulty])
  await database.initialize()
  const module = await database.createModule('anew')
  await expect(module.query('select 1')).rejects.toMatchObject({
    code: 'PLT_PLUGIN_INVALID',
    remedy: expect.stringContaining('{ ...statement'),
  })
})

describe('plugin conformance', () => {
  const checks = (createPlugin: () => DatabasePlugin) =>
    pluginConformance({ createPlugin, createDatabase: (plugins) => databaseWith(plugins) })

  it.each(checks(() => slowStatements()))('the example $name', async ({ run }) => run())

  it.each<[string, () => DatabasePlugin]>([
    [
      'has a camelCase name and does nothing before setup',
      () => plugin('Bad Name', async () => ({})),
    ],
    ['setup returns a manager', () => plugin('faulty', async () => undefined)],
    [
      'starts again on what it created before',
      () =>
        plugin('faulty', async ({ admin }) => {
          await admin.schema.createTable('plataforma.faulty').addColumn('id', 'integer').execute()
          return {}
        }),
    ],
    [
      'passes statements on, and their results back',
      () =>
        plugin('faulty', async (host) => {
          host.intercept((statement, next) => next(madeAnew(statement)))
          return {}
        }),
    ],
    [
      'passes statements on, and their results back',
      () =>
        plugin('faulty', async (host) => {
          host.intercept(async (statement, next) => ({ ...(await next(statement)), rows: [] }))
          return {}
        }),
    ],
    [
      'passes statements on, and their results back',
      () =>
        plugin('faulty', async (host) => {
          host.intercept((statement, next) =>
            next(statement).catch(() => ({ command: 'SELECT', rowCount: 0, rows: [] })),
          )
          return {}
        }),
    ],
    [
      'health answers within a second',
      () =>
        plugin('faulty', async (host) => {
          host.health(() => {
            const end = performance.now() + 1_200
            while (performance.now() < end);
            return Promise.resolve({ status: 'healthy' })
          })
          return {}
        }),
    ],
    [
      'closes twice and leaves no timer or socket behind',
      () =>
        plugin('faulty', async () => {
          const timer = setInterval(() => {}, 60_000)
          leaked.push(timer)
          return {}
        }),
    ],
  ])('finds a plugin that breaks: %s', async (name, createPlugin) => {
    const check = checks(createPlugin).find((each) => each.name === name)
    await expect(check?.run()).rejects.toThrow()
  })

  const leaked: NodeJS.Timeout[] = []
  afterAll(() => {
    for (const timer of leaked) clearInterval(timer)
  })
})
