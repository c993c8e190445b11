import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
}
const running = new Set()
let interrupted = false

// Ctrl-C reaches the children by itself; a signal for us alone is passed on. Either way we wait.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => interrupt(signal))
}
// npm passes a signal on to the shell that started us, which dies of it and tells nobody.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && interrupt('SIGTERM'), 500).unref()
}

function interrupt(signal) {
  interrupted = true
  if (running.size === 0) process.exit(130)
  for (const child of running) if (signal !== 'SIGINT') child.kill(signal)
}

/** Puts a folder first on the PATH of all later commands. */
export function addToPath(folder) {
  env.PATH = [folder, env.PATH].join(delimiter)
}

/** Runs a program to its end, its output shown. Gives its exit code. */
export async function show(program, args, options = {}) {
  return (await start(program, args, { ...options, stdio: 'inherit' })).code
}

/** Runs a program to its end, its output kept: `{ code, output }`. */
export function capture(program, args, options = {}) {
  return start(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
}

function start(program, args, options) {
  const windows = process.platform === 'win32'
  const child = spawn(program, args, {
    cwd: root,
    shell: windows,
    ...options,
    env: { ...env, ...options.env },
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve) => {
    const end = (code, text) => {
      running.delete(child)
      if (interrupted && running.size === 0) process.exit(130)
      resolve({ code: code ?? 1, output: text })
    }
    child.once('error', (error) => end(1, `${program}: ${error.message}`))
    child.once('close', (code) => end(code, output))
  })
}

/** Runs a program as a named step: one line when it went well, its output when it did not. */
export async function step(title, program, args) {
  const start = performance.now()
  const { code, output } = await capture(program, args)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (code !== 0) console.log(output.trimEnd())
  console.log(`${title}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
  return code === 0
}
