import { mkdirSync, rmSync } from 'node:fs'
import { show, step } from './command.mjs'
import { countReports, endSummary, reportFolder } from './summary.mjs'
import { workspacePackages } from './workspace.mjs'

/** The tasks by the name of their script in package.json; each gives an exit code. */
export const tasks = {
  build: async (args) => exitCode(await turbo('build', 'build', args)),
  lint: (args) => show('biome', ['check', ...args]),
  format: (args) => show('biome', ['check', '--write', ...args]),
  typecheck: async (args) => exitCode(await types(args)),
  test,
  'test:unit': async (args) => endSummary(await runTests(args)),
  demo: (args) => show('pnpm', ['--filter', './apps/demo', 'start', ...args]),
  bench: (args) => show('pnpm', ['--filter', './bench', 'start', ...args]),
  changeset: (args) => show('changeset', args),
  'check:slow': async (args) => endSummary(await runTests(args, 'test:slow')),
  'check:dependencies': () => show('node', ['scripts/check-dependencies.mjs']),
  'check:unused': (args) => show('knip', args),
  'check:packages': () => afterBuild('node', ['scripts/check-packages.mjs']),
  'check:installation': () =>
    show('node', [
      '--conditions=plataforma-source',
      '--import=tsx',
      'scripts/check-installation.ts',
    ]),
}

/** Everything that has to hold before a change is offered, slow checks of CI aside. */
async function test(args) {
  const steps = [await step('format and lint', 'biome', ['ci', '--colors=off']), await types([])]
  const total = await runTests(args)
  total.failed += steps.filter((ok) => !ok).length
  return endSummary(total)
}

/** The tests of all packages, of those whose names are given, or of the `--published` ones. */
async function runTests(names, task = 'test') {
  const packages = workspacePackages().filter(
    ({ manifest }) =>
      manifest.scripts?.[task] &&
      (names.length === 0 ||
        names.includes(manifest.name) ||
        (names.includes('--published') && !manifest.private)),
  )
  if (packages.length === 0) throw new Error(`No package has tests: ${names.join(', ')}`)
  rmSync(reportFolder, { recursive: true, force: true })
  mkdirSync(reportFolder, { recursive: true })
  const filters = packages.map(({ manifest }) => `--filter=${manifest.name}`)
  // One package at a time: the test files of each already use all cores.
  const args = ['run', task, '--concurrency=1', '--continue=always', '--log-prefix=none']
  await show('turbo', [...args, '--ui=stream', ...filters], {
    env: {
      PLATAFORMA_TEST_REPORTS: reportFolder,
      ...(task === 'test:slow' && { PLATAFORMA_TEST_SLOW: '1' }),
    },
  })
  return countReports(packages)
}

async function types(args) {
  const scripts = await step('types of the scripts', 'tsc', ['-p', 'tsconfig.json'])
  return (await turbo('types', 'typecheck', args)) && scripts
}

async function afterBuild(program, args) {
  return (await turbo('build', 'build', [])) ? show(program, args) : 1
}

function turbo(title, task, args) {
  return step(title, 'turbo', ['run', task, '--ui=stream', '--output-logs=errors-only', ...args])
}

function exitCode(ok) {
  return ok ? 0 : 1
}
