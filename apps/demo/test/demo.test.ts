import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { runDemo } from './run-demo.js'

const TIMEOUT_MS = 180_000

test(
  'the demo runs to its end without a terminal, and every proof holds',
  async () => {
    const run = await runDemo(['--tenants', '3', '--seconds', '2'])
    expect(run.errors).toBe('')
    expect(run.exitCode).toBe(0)
    expect(run.output).toContain(
      '✓ migrations  44 migrations of 22 modules, each after what it needs',
    )
    expect(run.output).toMatch(/✓ asked for again: nothing to do/)
    expect(run.output).toMatch(/✓ 207 comparisons .* no difference/)
    expect(run.output).toContain('PLT_TENANT_MISMATCH · 42501')
    expect(run.output).toContain('Every tenant saw its own rows, all of them, and nothing else.')
    expect(run.output).not.toContain('✗')
    expect(run.output).not.toContain('\u001b')
  },
  TIMEOUT_MS,
)

test.each([
  ['SIGINT', 130, 'workload', '… workload', '✓ workload'],
  ['SIGTERM', 143, 'start of the system', '✓ Redis', '✓ migrations'],
  ['SIGTERM', 143, 'migrations', '✓ system', '✓ migrations'],
] as const)(
  '%s (exit code %i) ends it in order in the middle of the %s, and nothing is left running',
  async (signal, exitCode, _, when, never) => {
    const run = await runDemo(['--tenants', '2', '--seconds', '60'], {
      interrupt: { when, signal },
    })
    expect(run.exitCode).toBe(exitCode)
    expect(run.errors).toBe('')
    expect(run.output).toContain(when)
    expect(run.output).not.toContain(never)
    expect(run.output).toContain('Stopped; everything that the demo started has ended.')
    const port = Number(/PostgreSQL .* on port (\d+)/.exec(run.output)?.[1])
    expect(port).toBeGreaterThan(0)
    expect(await answers(port)).toBe(false)
  },
  TIMEOUT_MS,
)

test(
  'what cannot work is told in one line with a cause and a remedy',
  async () => {
    const run = await runDemo([], { env: { PLATAFORMA_TEST_POSTGRES: '99' } })
    expect(run.exitCode).toBe(1)
    expect(run.errors).toMatch(
      /^error: The embedded PostgreSQL could not be started — cause: .*99.* — remedy: .*\n$/,
    )
  },
  TIMEOUT_MS,
)

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
  })
}
