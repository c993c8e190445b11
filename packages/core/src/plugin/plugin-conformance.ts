import { PlataformaError } from '../error/plataforma-error.js'
import type { DatabasePlugin } from './plugin.js'
import { resourcesLeftBy } from './resource-watch.js'

/** A database under test, as `createDatabase` makes it. */
export interface ConformanceDatabase {
  initialize(): Promise<void>
  close(): Promise<void>
  healthCheck(): Promise<{ readonly components: Readonly<Record<string, unknown>> }>
  createModule(name: string): Promise<{ query(sql: string): Promise<readonly object[]> }>
  withContext<T>(context: { readonly tenantId: string }, fn: () => Promise<T>): Promise<T>
  readonly isolation: {
    dropModule(module: string, options: { readonly confirm: string }): Promise<void>
  }
}

export interface PluginConformanceOptions<Plugin extends DatabasePlugin> {
  /** A new plugin at every call. */
  readonly createPlugin: () => Plugin
  /** A new database with these plugins at every call, on a database of its own or a shared one. */
  readonly createDatabase: (plugins: readonly DatabasePlugin[]) => ConformanceDatabase
}

/** Of nobody. */
const TENANT = '00000000-0000-0000-0000-000000000000'

export interface ConformanceCheck {
  readonly name: string
  /** Rejects with what is wrong. */
  run(): Promise<void>
}

/**
 * Checks that every plugin must pass, for any test runner: call `run` of each.
 *
 * @example
 * for (const check of pluginConformance({ createPlugin, createDatabase })) {
 *   test(check.name, () => check.run())
 * }
 */
export function pluginConformance<Plugin extends DatabasePlugin>(
  options: PluginConformanceOptions<Plugin>,
): readonly ConformanceCheck[] {
  const { createPlugin, createDatabase } = options
  const started = async (work: (database: ConformanceDatabase) => Promise<void>, times = 1) => {
    for (let time = 0; time < times; time++) {
      const database = createDatabase([createPlugin()])
      try {
        await database.initialize()
        await work(database)
      } finally {
        await database.close()
      }
    }
  }
  return [
    {
      name: 'has a camelCase name and does nothing before setup',
      run: async () => {
        const plugin = createPlugin()
        expect(/^[a-z][a-zA-Z0-9]*$/.test(plugin.name), `"${plugin.name}" is no camelCase word`)
        expect(plugin.name === createPlugin().name, 'two plugins of one factory differ in name')
        await createDatabase([plugin]).close()
      },
    },
    {
      name: 'setup returns a manager',
      run: async () => {
        const plugin = createPlugin()
        const database = createDatabase([plugin])
        try {
          await database.initialize()
          const manager = (database as unknown as Record<string, unknown>)[plugin.name]
          expect(manager !== undefined && manager !== null, 'setup resolved to nothing')
        } finally {
          await database.close()
        }
      },
    },
    {
      name: 'starts again on what it created before',
      run: () => started(async () => {}, 2),
    },
    {
      name: 'starts several times at once',
      run: async () => {
        await Promise.all([1, 2, 3, 4].map(() => started(async () => {})))
      },
    },
    {
      name: 'passes statements on, and their results back',
      run: () => started(assertStatementsPass),
    },
    {
      name: 'health answers within a second',
      run: () =>
        started(async (database) => {
          const before = performance.now()
          await database.healthCheck()
          expect(performance.now() - before < 1_000, 'health took longer than a second')
        }),
    },
    {
      name: 'closes twice and leaves no timer or socket behind',
      run: async () => {
        const left = await resourcesLeftBy(async () => {
          const database = createDatabase([createPlugin()])
          await database.initialize()
          await database.close()
          await database.close()
        })
        expect(left === 0, `${left} timers or sockets are left after close`)
      },
    },
    {
      name: 'is refused twice in one database',
      run: async () => {
        let code: string | undefined
        try {
          await createDatabase([createPlugin(), createPlugin()]).close()
        } catch (error) {
          code = error instanceof PlataformaError ? error.code : undefined
        }
        expect(code === 'PLT_PLUGIN_INVALID', 'the same plugin could be listed twice')
      },
    },
  ]
}

/** In a module of its own, which is dropped in the end. */
async function assertStatementsPass(database: ConformanceDatabase): Promise<void> {
  const name = 'plugin_conformance'
  const module = await database.createModule(name)
  try {
    for (let time = 1; time <= 2; time++) {
      const rows = await database.withContext({ tenantId: TENANT }, () =>
        module.query("select 'asked' as answer"),
      )
      const isSame = JSON.stringify(rows) === '[{"answer":"asked"}]'
      expect(isSame, `call ${time} of a statement gave other rows than PostgreSQL does`)
    }
    const failed = await database
      .withContext({ tenantId: TENANT }, () => module.query('select 1 / 0'))
      .then(() => undefined)
      .catch((error: unknown) => error)
    const state = failed instanceof PlataformaError ? failed.sqlState : undefined
    expect(state === '22012', 'the error of a statement did not reach its caller')
  } finally {
    await database.isolation.dropModule(name, { confirm: name })
  }
}

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new PlataformaError('PLT_PLUGIN_INVALID', otherwise)
}
