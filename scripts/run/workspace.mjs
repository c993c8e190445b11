import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.mjs'

/** Every package's folder, relative to the root: what pnpm-workspace.yaml names. */
export function workspaceFolders() {
  const below = (parent) =>
    existsSync(join(root, parent))
      ? readdirSync(join(root, parent)).map((n) => `${parent}/${n}`)
      : []
  return [...below('packages'), ...below('apps'), 'bench'].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  )
}

/** Every package: `{ folder, manifest }`. */
export function workspacePackages() {
  return workspaceFolders().map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
  }))
}

/** The packages that are published. */
export function publishedPackages() {
  return workspacePackages().filter(({ manifest }) => !manifest.private)
}
