import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

export interface BundleOptions {
  /** The program's TypeScript. */
  readonly entry: string
  /** The package it belongs to: the bundle stands in its `.cache`, where it finds its modules. */
  readonly packageFolder: string
  /** Packages that are imported when it runs. */
  readonly external: readonly string[]
}

/** A program in one file. */
export interface BundledProgram extends AsyncDisposable {
  readonly path: string
}

const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'\n" +
  'const require = makeRequire(import.meta.url)'

/** Set for a whole test run, whose files and workers share each bundle. */
const RUN = 'PLATAFORMA_TESTKIT_RUN'

/**
 * Makes one file of a program of the workspace, for tests that start it many times: it starts in a
 * fraction of the time that compiling every source file takes, and as it does for users. In a test
 * run it is made once and removed at the end of the run, otherwise when it is disposed of.
 */
export async function bundleProgram(options: BundleOptions): Promise<BundledProgram> {
  const name = createHash('sha256').update(options.entry).digest('hex').slice(0, 12)
  const run = process.env[RUN]
  const folder = join(options.packageFolder, '.cache', `program-${run ?? process.pid}-${name}`)
  const path = join(folder, 'main.js')
  if (run === undefined) {
    await bundle(options, path)
    return {
      path,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  }
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${randomUUID()}`
    await bundle(options, join(unfinished, 'main.js'))
    // Where another was first, its bundle is as good.
    await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }))
  }
  return { path, async [Symbol.asyncDispose]() {} }
}

/** Lets a test run share its bundles; gives what removes those below a package's folder. */
export function shareBundles(packageFolder: string): () => Promise<void> {
  const run = String(process.pid)
  process.env[RUN] = run
  return async () => {
    const cache = join(packageFolder, '.cache')
    const entries = existsSync(cache) ? await readdir(cache) : []
    const bundles = entries.filter((entry) => entry.startsWith(`program-${run}-`))
    await Promise.all(bundles.map((entry) => rm(join(cache, entry), { recursive: true })))
  }
}

async function bundle(options: BundleOptions, outfile: string): Promise<void> {
  await build({
    entryPoints: [options.entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['plataforma-source'],
    external: [...options.external],
    // For what is CommonJS inside.
    banner: { js: REQUIRE },
  })
}
