// Runs a task of this repository on a machine that has only Node >= 20 with npm: brings pnpm and
// the Node version of the repository from the npm registry, installs when needed, then runs.
// It has no dependencies itself, because it runs before there are any.
import { ensureInstalled } from './run/install.mjs'
import { endSummary } from './run/summary.mjs'
import { tasks } from './run/tasks.mjs'

const [name = '', ...args] = process.argv.slice(2)
const task = tasks[name]
if (!task) {
  console.error(`Unknown task "${name}". There are: ${Object.keys(tasks).join(', ')}.`)
  process.exit(2)
}
try {
  await ensureInstalled()
  process.exitCode = await task(args)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
  if (name === 'test' || name === 'test:unit') endSummary({ passed: 0, failed: 1, skipped: 0 })
}
