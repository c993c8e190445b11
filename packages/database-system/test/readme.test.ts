import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { testDatabase } from '@plataforma/testkit'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it('the first example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []
  expect(example).toContain('createPlatformaDatabaseSystem(')
  const folder = new URL(`../.cache/readme-${process.pid}/`, import.meta.url)
  const file = new URL('example.ts', folder)
  await mkdir(folder, { recursive: true })
  try {
    await using database = await testDatabase()
    await writeFile(file, example)
    const { stdout } = await run(
      process.execPath,
      ['--import=tsx', '--conditions=plataforma-source', file.pathname],
      { env: { ...process.env, DATABASE_URL: database.connectionString }, timeout: 60_000 },
    )
    expect(stdout).toContain("nome: 'João Silva'")
  } finally {
    await rm(folder, { recursive: true })
  }
})
