import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** How a run of the demo ended. */
export interface DemoRun {
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
}

/** What the person in front of it does. */
export interface DemoRunOptions {
  readonly env?: NodeJS.ProcessEnv
  /** A signal to send as soon as the output contains the text. */
  readonly interrupt?: { readonly when: string; readonly signal: NodeJS.Signals }
}

/** Runs the demo as a process of its own, without a terminal. */
export function runDemo(
  args: readonly string[],
  { env = {}, interrupt }: DemoRunOptions = {},
): Promise<DemoRun> {
  const node = ['--import', 'tsx', '--conditions', 'plataforma-source', MAIN, ...args]
  const demo = spawn(process.execPath, node, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: undefined, ...env },
  })
  let output = ''
  let errors = ''
  let interrupted = false
  demo.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (interrupt && !interrupted && output.includes(interrupt.when)) {
      interrupted = true
      demo.kill(interrupt.signal)
    }
  })
  return new Promise((resolve) => {
    demo.once('close', (exitCode) => resolve({ exitCode, output, errors }))
  })
}
