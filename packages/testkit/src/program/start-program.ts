import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'

export interface ProgramOptions {
  /** The temporary folder of the machine unless given. */
  readonly cwd?: string
  /** On top of what this process has, without colours and without addresses of databases. */
  readonly env?: Readonly<Record<string, string>>
}

/** What a program gave in the end. */
export interface ProgramRun {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that was started, in a process of its own. */
export class RunningProgram {
  readonly ended: Promise<ProgramRun>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode) => {
        resolve({ exitCode, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
  }

  /** What it has written so far. */
  get stderr(): string {
    return this.#stderr
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

/**
 * Starts a program of Node's in a process of its own; nobody can be asked there.
 *
 * @example
 * const { exitCode } = await startProgram(bundle.path, ['--help']).ended
 */
export function startProgram(
  path: string,
  args: readonly string[],
  { cwd = tmpdir(), env = {} }: ProgramOptions = {},
): RunningProgram {
  const { DATABASE_URL, PLATAFORMA_SECRET, FORCE_COLOR, NO_COLOR, ...inherited } = process.env
  const child = spawn(process.execPath, [path, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new RunningProgram(child)
}
