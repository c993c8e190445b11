import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))
const ROOT = join(PACKAGE, '../..')

/** A folder from which packages are found as from this one. */
export interface CompileFolder extends AsyncDisposable {
  readonly path: string
  /** What the compiler has to say of the folder's files, and how long it took. */
  compile(): Promise<{ readonly output: string; readonly durationMs: number }>
}

export async function compileFolder(): Promise<CompileFolder> {
  await mkdir(join(PACKAGE, 'node_modules'), { recursive: true })
  const path = await mkdtemp(join(PACKAGE, 'node_modules', '.row-types-'))
  return {
    path,
    async compile() {
      const config = {
        extends: join(PACKAGE, 'tsconfig.json'),
        compilerOptions: {
          typeRoots: [join(ROOT, 'node_modules/@types')],
          paths: {
            '@plataforma/database-system': [join(ROOT, 'packages/database-system/src/index.ts')],
          },
        },
        include: ['**/*.ts'],
        exclude: [],
      }
      await writeFile(join(path, 'tsconfig.json'), JSON.stringify(config))
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      const start = performance.now()
      const output = await new Promise<string>((resolve) => {
        execFile(process.execPath, [tsc, '-p', path], (_, stdout, stderr) => {
          resolve(stdout + stderr)
        })
      })
      return { output, durationMs: performance.now() - start }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
