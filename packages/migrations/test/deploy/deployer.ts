import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type BundledProgram, bundleProgram } from '@plataforma/testkit'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The program that deploys, made once for a test file. */
export function bundleDeployer(): Promise<BundledProgram> {
  return bundleProgram({
    entry: fromHere('../deploy.program.ts'),
    packageFolder: fromHere('../..'),
    external: ['commander', 'diff', 'kysely', 'kysely-codegen', 'libpg-query', 'pg', 'semver'],
  })
}

export interface DeployerRun {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** As `module:name`, in the order of their application. */
  readonly applied: readonly string[]
  readonly errors: string
}

/** A process of its own that runs all migrations of a folder. */
export class Deployer {
  readonly #child: ChildProcess
  readonly ended: Promise<DeployerRun>

  constructor(program: BundledProgram, connectionString: string, directory: string) {
    const child = spawn(process.execPath, [program.path, connectionString, directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => {
        const applied = output === '' ? [] : (JSON.parse(output) as string[])
        resolve({ exitCode, signal, applied, errors })
      })
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
