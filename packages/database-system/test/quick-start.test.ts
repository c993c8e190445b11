import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testDatabase } from '@plataforma/testkit'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const quickStart = fileURLToPath(new URL('quick-start.ts', import.meta.url))

it('runs as documented, twice in a row on one database, and ends by itself', async () => {
  await using database = await testDatabase()
  for (const _ of ['first', 'again']) {
    const { stdout, stderr } = await run(
      process.execPath,
      ['--import=tsx', '--conditions=plataforma-source', quickStart],
      { env: { ...process.env, DATABASE_URL: database.connectionString }, timeout: 60_000 },
    )
    expect(JSON.parse(stdout)).toEqual({
      clientes: [{ nome: 'João Silva', email: 'joao@email.com' }],
      atualizados: ['novo@email.com'],
      deOutros: 0,
      database: 'healthy',
    })
    expect(stderr).toBe('')
  }
})
