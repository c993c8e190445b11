// Installs the packed packages with npm into an empty project, as a user would, and compiles and
// runs the quick start of each there, twice in a row on one database of a real PostgreSQL, and the
// command.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { startPostgres, testDatabase } from '../packages/testkit/src/index.js'
import { root } from './run/command.mjs'
import { publishedPackages } from './run/workspace.mjs'

/** What the command reads in the project. */
const CONFIG = `import { defineConfig, DEVELOPMENT_CONFIG } from '@plataforma/database-system'

export default defineConfig({
  ...DEVELOPMENT_CONFIG,
  connectionString: process.env.DATABASE_URL,
})
`

const project = mkdtempSync(join(tmpdir(), 'plataforma-installation-'))
let failed = 0

try {
  install()
  const quickStarts = copyQuickStarts()
  check('the quick starts compile', 'npx', ['tsc', '-p', 'tsconfig.json'])
  await using server = await startPostgres()
  for (const file of quickStarts) {
    await using database = await testDatabase({ server })
    const env = { DATABASE_URL: database.connectionString }
    check(`${file} runs`, 'node', [file], env)
    check(`${file} runs again`, 'node', [file], env)
    for (const command of ['status', 'doctor']) {
      check(`plataforma ${command} after ${file}`, 'npx', ['plataforma', command], env)
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1

function install(): void {
  const tarballs = join(root, '.cache', 'packages')
  const development = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies
  const peers = new Map<string, string>()
  for (const { manifest } of publishedPackages()) {
    for (const [name, range] of Object.entries<string>(manifest.peerDependencies ?? {})) {
      if (!name.startsWith('@plataforma/')) peers.set(name, range)
    }
  }
  const manifest = {
    name: 'empty-project',
    private: true,
    type: 'module',
    dependencies: {
      ...Object.fromEntries(peers),
      '@types/node': development['@types/node'],
      typescript: development.typescript,
    },
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  const files = readdirSync(tarballs).map((name) => join(tarballs, name))
  check('npm installs the tarballs', 'npm', ['install', '--no-audit', '--no-fund', ...files])
}

function copyQuickStarts(): readonly string[] {
  writeFileSync(join(project, 'plataforma.config.ts'), CONFIG)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noEmit: true,
    erasableSyntaxOnly: true,
    types: ['node'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  return publishedPackages().flatMap(({ folder, manifest }) => {
    const source = join(root, folder, 'test', 'quick-start.ts')
    if (!existsSync(source)) {
      failed += 1
      console.log(`${manifest.name}: FAILED, it has no test/quick-start.ts`)
      return []
    }
    const file = `${basename(folder)}.ts`
    copyFileSync(source, join(project, file))
    return [file]
  })
}

function check(
  title: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 180_000,
  })
  if (status !== 0) {
    failed += 1
    console.log(`${stdout}${stderr}`.trimEnd())
  }
  console.log(`${title}: ${status === 0 ? 'ok' : 'FAILED'}`)
}
