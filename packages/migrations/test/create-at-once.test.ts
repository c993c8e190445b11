import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from '@plataforma/testkit'
import { expect, it } from 'vitest'
import { folderOf } from '../src/source/folder.fixture.js'

const PROCESSES = 6
const EACH = 10

it('six processes that make files at once give no number twice', { timeout: 60_000 }, async () => {
  await using program = await bundleProgram({
    entry: fileURLToPath(new URL('./create.program.ts', import.meta.url)),
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
    external: ['pg', 'kysely', 'libpg-query', 'kysely-codegen'],
  })
  const directory = folderOf({ 'vendas/001_a.sql': 'select 1;' })
  const processes = Array.from({ length: PROCESSES }, (_, index) =>
    spawn(process.execPath, [program.path, directory, `by ${index}`, String(EACH)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  await Promise.all(processes.map(({ stdout }) => once(stdout, 'data')))
  const ends = processes.map((child) => once(child, 'exit'))
  for (const { stdin } of processes) stdin.write('go')
  expect((await Promise.all(ends)).map(([code]) => code)).toEqual(Array(PROCESSES).fill(0))
  const files = readdirSync(join(directory, 'vendas'))
  expect(files.map((file) => Number.parseInt(file, 10)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: PROCESSES * EACH + 1 }, (_, index) => index + 1),
  )
})
