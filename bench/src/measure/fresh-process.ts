import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Runs a program of `src/fresh` in a process of its own, by Node alone: against the built packages,
 * as an application would load them.
 *
 * @returns the JSON that it prints
 */
export async function freshProcess<Result>(
  program: string,
  ...options: readonly string[]
): Promise<Result> {
  const file = fileURLToPath(new URL(`../fresh/${program}.ts`, import.meta.url))
  const { stdout } = await run(process.execPath, [file, ...options], { env: plainEnvironment() })
  return JSON.parse(stdout)
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env
  return rest
}
