import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '@plataforma/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { childProcesses } from '../src/machine/child-processes.js'

const script = fileURLToPath(new URL('serve-until-killed.ts', import.meta.url))
const systemFolder = process.env.TMPDIR
const children: ChildProcess[] = []
let folder: string

beforeEach(() => {
  // A temporary folder of its own, so that other runs on this machine do not count.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'left-behind-')))
  // As open as /tmp, or root's servers would go there.
  chmodSync(folder, 0o755)
  process.env.TMPDIR = folder
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await expect.poll(running, { timeout: 10_000 }).toEqual([])
  if (systemFolder === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = systemFolder
  rmSync(folder, { recursive: true, force: true })
})

async function serve(): Promise<{ child: ChildProcess; ports: number[] }> {
  const args = ['--conditions=plataforma-source', '--import=tsx', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  if (!child.stdout) throw new Error('no output')
  const [line] = await once(child.stdout, 'data')
  const ports: number[] = JSON.parse(String(line))
  for (const port of ports) expect(await listens(port)).toBe(true)
  return { child, ports }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const listening = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return listening
}

const running = () => servers().filter((name) => name !== 'plataforma-testkit-unknown')
const servers = () => readdirSync(folder).filter((name) => name.startsWith('plataforma-testkit-'))

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'servers and their folders end with a process that ends by %s',
  async (signal) => {
    const { child, ports } = await serve()
    expect(servers()).toHaveLength(ports.length)
    child.kill(signal)
    await expect.poll(servers, { timeout: 10_000 }).toEqual([])
    for (const port of ports) expect(await listens(port)).toBe(false)
  },
)

test.runIf(process.platform === 'linux')(
  'the next start ends what a run left whose watchdogs were killed too',
  async () => {
    const { child, ports } = await serve()
    const pid = child.pid ?? 0
    for (const other of childProcesses(pid)) {
      const command = readFileSync(`/proc/${other}/cmdline`, 'utf8')
      if (command.includes('watchdog')) process.kill(other, 'SIGKILL')
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    for (const port of ports) expect(await listens(port)).toBe(true)
    await using server = await startPostgres()
    expect(servers()).toHaveLength(1)
    for (const port of ports) expect(await listens(port)).toBe(false)
    expect(await listens(server.port)).toBe(true)
  },
)

test('the next start leaves alone what is not ours or still in use', async () => {
  const inUse = await serve()
  const unknown = join(folder, 'plataforma-testkit-unknown')
  mkdirSync(unknown)
  const dead = join(folder, 'plataforma-testkit-dead')
  mkdirSync(join(dead, 'data'), { recursive: true })
  writeFileSync(join(dead, 'owner.json'), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }))
  // A process of this id runs, but not in that folder: it must live.
  writeFileSync(join(dead, 'data', 'postmaster.pid'), `${process.pid}\n`)
  await using _server = await startPostgres()
  expect(existsSync(unknown)).toBe(true)
  expect(existsSync(dead)).toBe(false)
  for (const port of inUse.ports) expect(await listens(port)).toBe(true)
})
