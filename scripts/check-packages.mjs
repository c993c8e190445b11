// Packs every published package as it would be published and checks the tarball.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { capture, root } from './run/command.mjs'
import { publishedPackages } from './run/workspace.mjs'

const folder = join(root, '.cache', 'packages')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

let failed = 0
for (const { folder: source, manifest } of publishedPackages()) {
  const tarball = join(
    folder,
    `${manifest.name.slice(1).replace('/', '-')}-${manifest.version}.tgz`,
  )
  await check(`${manifest.name}: pnpm pack`, 'pnpm', [
    '--dir',
    source,
    'pack',
    '--pack-destination',
    folder,
  ])
  await check(`${manifest.name}: publint`, 'publint', ['run', '--strict', tarball])
  await check(`${manifest.name}: attw`, 'attw', ['--profile', 'esm-only', tarball])
}
process.exitCode = failed === 0 ? 0 : 1

async function check(title, program, args) {
  const { code, output } = await capture(program, args)
  if (code !== 0) {
    failed += 1
    console.log(output.trimEnd())
  }
  console.log(`${title}: ${code === 0 ? 'ok' : 'FAILED'}`)
}
