import { startPostgres } from '@plataforma/testkit'
import type { BenchCase } from './bench-case.js'
import { bulkInsert } from './cases/bulk-insert.js'
import { createTables } from './cases/create-tables.js'
import { interceptors } from './cases/interceptors.js'
import { migrationsDeployers } from './cases/migrations-deployers.js'
import { migrationsNothingToDo } from './cases/migrations-nothing-to-do.js'
import { migrationsPlan } from './cases/migrations-plan.js'
import { migrationsRun } from './cases/migrations-run.js'
import { migrationsSnapshot } from './cases/migrations-snapshot.js'
import { poolAllocation } from './cases/pool-allocation.js'
import { poolBorrowing } from './cases/pool-borrowing.js'
import { poolBudgets } from './cases/pool-budgets.js'
import { poolFailingStatement } from './cases/pool-failing-statement.js'
import { poolHog } from './cases/pool-hog.js'
import { poolKysely } from './cases/pool-kysely.js'
import { poolMany } from './cases/pool-many.js'
import { poolSpike } from './cases/pool-spike.js'
import { readByKey } from './cases/read-by-key.js'
import { rowLevelSecurity } from './cases/row-level-security.js'
import { selectWithFilters } from './cases/select-with-filters.js'
import { typeInstantiations } from './cases/type-instantiations.js'
import { unscopedHandle } from './cases/unscoped-handle.js'
import { type Figure, isReached } from './report/figure.js'
import { FIGURE_COLUMNS, figureCells, figureText, markdownTable } from './report/figure-text.js'
import { machineFacts } from './report/machine-facts.js'

const CASES: readonly BenchCase[] = [
  readByKey,
  unscopedHandle,
  selectWithFilters,
  bulkInsert,
  createTables,
  interceptors,
  typeInstantiations,
  rowLevelSecurity,
  poolBorrowing,
  poolFailingStatement,
  poolSpike,
  poolKysely,
  poolMany,
  poolBudgets,
  poolHog,
  poolAllocation,
  migrationsPlan,
  migrationsNothingToDo,
  migrationsDeployers,
  migrationsSnapshot,
  migrationsRun,
]

const [filter = ''] = process.argv.slice(2).filter((argument) => argument !== '--')
const chosen = CASES.filter(({ name }) => name.includes(filter))
if (chosen.length === 0) {
  console.error(
    `No benchmark is named like "${filter}": ${CASES.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(2)
}

const startedAt = performance.now()
await using server = await startPostgres()
const figures: Figure[] = []
for (const line of machineFacts(server.version)) console.log(line)
for (const one of chosen) {
  console.log(`\n${one.title} (${one.name})`)
  const tell = (line: string) => console.log(`  ${line}`)
  const measured = await one.run({ server, tell })
  for (const figure of measured) console.log(figureText(figure))
  figures.push(...measured)
}
const missed = figures.filter((figure) => isReached(figure) === false)
console.log(`\n${markdownTable(FIGURE_COLUMNS, figures.map(figureCells))}\n`)
console.log(
  `${figures.length} figures in ${Math.round((performance.now() - startedAt) / 1000)} s, ${missed.length} short of their aim`,
)
