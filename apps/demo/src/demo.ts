import type { DemoResult } from './demo-result.js'
import { loadHistory } from './load/load-history.js'
import type { DemoOptions } from './options.js'
import { createSystem } from './platform/create-system.js'
import { migrateModules } from './platform/migrate-modules.js'
import { PoolWatch } from './platform/pool-watch.js'
import { findRedis, startDatabase } from './platform/servers.js'
import { connectAuditor } from './proof/connect-auditor.js'
import { prove } from './proof/prove.js'
import type { DemoConsole } from './report/demo-console.js'
import { counted, whole } from './report/figures.js'
import { LoadProgress } from './report/load-progress.js'
import { MigrationProgress } from './report/migration-progress.js'
import { WorkloadProgress } from './report/workload-progress.js'
import { runWorkload } from './workload/run-workload.js'
import { createWorlds } from './world/create-worlds.js'

/** How many tenants move in at the same time. */
const MOVERS = 4

/** Runs the whole platform once. Everything that it starts has ended when it ends. */
export async function runDemo(
  options: DemoOptions,
  output: DemoConsole,
  signal: AbortSignal,
): Promise<DemoResult> {
  const started = performance.now()
  const { tenants, seconds, people, seed } = options
  const { style } = output

  await using database = await output.step(
    'PostgreSQL',
    startDatabase,
    ({ server }) => `${server.version} on port ${server.port}, ${server.way}`,
  )
  signal.throwIfAborted()
  await using redis = await output.step('Redis', findRedis, (found) =>
    found
      ? `${found.version} on port ${found.port}, ${found.way}`
      : 'none found; the platform works without it',
  )
  signal.throwIfAborted()
  await using auditor = await connectAuditor(database.auditorConnectionString)
  await using system = createSystem({
    connectionString: database.connectionString,
    redisUrl: redis?.url,
  })

  await output.step(
    'system',
    () => system.initialize(),
    () => 'keys, roles and bookkeeping',
  )
  signal.throwIfAborted()
  const migrating = new MigrationProgress(style)
  const { modules, ...migrations } = await output.step(
    'migrations',
    () =>
      migrateModules(system, {
        signal,
        onProgress: (progress) => {
          const text = migrating.text(progress)
          if (text !== undefined) output.live(text)
        },
      }),
    ({ run }) =>
      `${counted(run.applied.length, 'migration')} of ${counted(run.modules.length, 'module')}, each after what it needs`,
  )
  const worlds = await output.step(
    'tenants',
    async () => createWorlds(tenants, seed, startOfDay()),
    (list) => `${counted(list.length, 'company', 'companies')} invented, seed ${seed}`,
  )
  const loading = new LoadProgress(style)
  await output.step(
    'history',
    async () => {
      const onProgress = (rows: number, part: number) => output.live(loading.text(rows, part))
      const total = await loadHistory({
        ...{ system, modules, worlds, signal, onProgress },
        concurrency: MOVERS,
      })
      await auditor.query('analyze')
      return total
    },
    (rows) => `${whole(rows)} rows inserted by the companies themselves`,
  )
  const watch = new PoolWatch(system.pool, seconds)
  const working = new WorkloadProgress(style, seconds)
  const workload = await output.step(
    'workload',
    () =>
      runWorkload({
        ...{ system, modules, worlds, seconds, people, seed, signal },
        onTick: async (figures) => {
          output.live(working.text(figures))
          await watch.look()
        },
      }),
    ({ total }) => `${whole(total.count)} operations of ${people} people at the same time`,
  )
  const pools = watch.figures()
  const proofs = await output.step(
    'proof',
    () => prove({ system, modules, worlds, auditor, signal }),
    ({ isolation }) => `${whole(isolation.compared)} tables of companies compared`,
  )
  const health = await system.healthCheck()
  return { ...proofs, migrations, workload, pools, health, tookMs: performance.now() - started }
}

/** The history ends today, so that reports of the last weeks find something. */
function startOfDay(): Date {
  return new Date(new Date().setUTCHours(0, 0, 0, 0))
}
