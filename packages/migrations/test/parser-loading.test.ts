import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundleProgram } from '@plataforma/testkit'
import { expect, it } from 'vitest'
import { Migrated } from '../src/run/engine.fixture.js'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/** Tells at the end of a process whether the parser is among its modules. */
const TELL = `import { createRequire } from 'node:module'
const { cache } = createRequire(${JSON.stringify(import.meta.url)})
process.on('exit', () => {
  const isLoaded = Object.keys(cache).some((file) => file.includes('libpg-query'))
  process.stderr.write(isLoaded ? 'loaded' : 'not loaded')
})`

it('a process loads the parser where something is pending, and else not', async () => {
  await using program = await bundleProgram({
    entry: fileURLToPath(new URL('./deploy.program.ts', import.meta.url)),
    packageFolder: PACKAGE,
    external: ['pg', 'kysely', 'libpg-query', 'kysely-codegen'],
  })
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a (id int);',
  })
  const deploy = async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      `--import=data:text/javascript,${encodeURIComponent(TELL)}`,
      program.path,
      migrated.database.connectionString,
      migrated.directory,
    ])
    return [JSON.parse(stdout), stderr]
  }
  expect(await deploy()).toEqual([['vendas:001_a'], 'loaded'])
  expect(await deploy()).toEqual([[], 'not loaded'])
})
