// Runs in a process of its own, by Node alone: the first plan that it makes, then others.
import { listMigrations, planMigrations } from '@plataforma/migrations'

const MODULES = 1_000
const EACH = 10
const NOTHING = { up: async () => {} }

/** Each module needs three others: all of one, one migration of another, a version of a third. */
function needsOf(module: number, place: number): string[] {
  if (place > 0 || module < 50) return []
  return [`m${module - 1}`, `m${module - 7}:00${place + 3}_step`, `m${module - 50}@^1.2.0`]
}

const sources = Array.from({ length: MODULES * EACH }, (_, index) => {
  const module = index % MODULES
  const place = Math.floor(index / MODULES)
  const metadata = { version: `1.${place}.0`, dependencies: needsOf(module, place) }
  return { module: `m${module}`, name: `00${place}_step`, metadata, ...NOTHING }
})

function plan() {
  const migrations = listMigrations({ sources })
  for (const { metadata } of migrations) metadata.dependencies.length
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const { steps } = planMigrations({
    migrations,
    records: [],
    outOfOrder: 'error',
    serverVersion: 180_004,
  })
  const milliseconds = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  if (steps.length !== MODULES * EACH) throw new Error(`${steps.length} steps`)
  return { milliseconds, cpuMs: (user + system) / 1_000 }
}

const [first, ...later] = Array.from({ length: 11 }, plan)
console.log(JSON.stringify({ first, later }))
