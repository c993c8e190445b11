import { PlataformaError } from '@plataforma/core'
import { listMigrations } from '../src/source/list-migrations.js'

/** Loads the code of the first migration of a folder and prints what came of it. */
const [migration] = listMigrations({ directory: process.argv[2] ?? '' })
const result = await migration?.code().then(
  (code) => ({ exports: Object.keys(code) }),
  (error: unknown) =>
    error instanceof PlataformaError
      ? { code: error.code, message: error.message, remedy: error.remedy }
      : { code: String(error) },
)
process.stdout.write(JSON.stringify(result))
