import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { addToPath, capture, root, step } from './command.mjs'
import { workspaceFolders } from './workspace.mjs'

const PNPM = 'pnpm@12'
const stampFile = join(root, 'node_modules', '.plataforma-install.json')

/** Installs from the lockfile where `node_modules` is missing or stale, and finds pnpm. */
export async function ensureInstalled() {
  const hash = manifestHash()
  const stamp = readStamp()
  if (stamp?.hash === hash && existsSync(stamp.pnpm)) {
    addToPath(stamp.pnpm)
    return
  }
  const args = ['-y', PNPM, 'install', '--frozen-lockfile']
  if (!(await step('install', 'npx', args))) throw new Error('The dependencies are not installed.')
  const pnpm = await pnpmFolder()
  writeFileSync(stampFile, JSON.stringify({ hash, pnpm }))
  addToPath(pnpm)
}

/** Where npx keeps pnpm: turbo needs it on the PATH, and asking npx every time takes a second. */
async function pnpmFolder() {
  const script = "process.stdout.write('PATH=' + process.env.PATH)"
  const args = ['-y', '--package', PNPM, '--', 'node', '-e', script]
  const { output } = await capture('npx', args)
  const path = output.slice(output.indexOf('PATH=') + 'PATH='.length)
  const folder = path.split(delimiter).find((entry) => existsSync(join(entry, 'pnpm')))
  if (!folder) throw new Error(`npx did not bring ${PNPM}: ${output}`)
  return folder
}

function manifestHash() {
  const hash = createHash('sha256').update(root)
  const manifests = workspaceFolders().map((folder) => join(folder, 'package.json'))
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return undefined
  }
}
