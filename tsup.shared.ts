import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

interface Manifest {
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>> | string>>
  readonly bin?: Readonly<Record<string, string>>
}

/** Every source file that `exports` and `bin` of the package's manifest lead to. */
function entries(): Record<string, string> {
  const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  const exported = Object.values(manifest.exports ?? {}).map((target) =>
    typeof target === 'string' ? '' : (target['plataforma-source'] ?? ''),
  )
  const commands = Object.values(manifest.bin ?? {}).map((file) =>
    file.replace(/^\.?\/?dist\//, './src/').replace(/\.js$/, '.ts'),
  )
  const files = [...exported, ...commands].filter((file) => file !== '')
  return Object.fromEntries(
    files.map((file) => [file.replace(/^\.\/src\//, '').replace(/\.ts$/, ''), file]),
  )
}

/**
 * How every published package is built: ES modules for Node, declarations by `tsc`. (The
 * declarations of tsup need TypeScript's compiler API, which TypeScript 7 does not have.)
 */
export const buildConfig = defineConfig({
  entry: entries(),
  format: 'esm',
  target: 'node22.12',
  platform: 'node',
  sourcemap: true,
  clean: true,
  silent: true,
  onSuccess: 'tsc -p tsconfig.build.json',
})
