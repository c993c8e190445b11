import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Machine } from '../machine/machine.js'
import { provideRedis } from './provide-redis.js'

const INSTALLING =
  'testkit: installing redis-server with apt-get (PLATAFORMA_TEST_APT=0 forbids it)'

let root: string
let said: string[]
let ran: string[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plataforma-machine-'))
  for (const folder of ['usr/bin', 'usr/sbin']) mkdirSync(join(root, folder), { recursive: true })
  said = []
  ran = []
})

afterEach(() => rmSync(root, { recursive: true }))

/** One without a Redis. */
function machine(env: Machine['env'], answers: Partial<Machine> = {}): Machine {
  return {
    env: { PATH: join(root, 'usr/bin'), ...env },
    uid: 1000,
    root,
    run(program, args) {
      ran.push(`${program} ${args.slice(2).join(' ')}`)
      return { status: 0, stderr: '' }
    },
    say: (line) => said.push(line),
    ...answers,
  }
}

function withApt(): void {
  writeFileSync(join(root, 'usr/bin/apt-get'), '')
  chmodSync(join(root, 'usr/bin/apt-get'), 0o755)
}

describe('where there is no Redis', () => {
  test('tests that need it are skipped, with a line that says so', async () => {
    expect(await provideRedis(machine({}))).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('NO REDIS (install redis-server')])
  })

  test('a run with CI=true fails', async () => {
    const refused = provideRedis(machine({ CI: 'true' }))
    await expect(refused).rejects.toThrow('There is no Redis, and this is CI: install redis-server')
    expect(said).toEqual([])
  })
})

describe('apt', () => {
  test('installs it for root on Debian, announced in one line, and starts no service', async () => {
    withApt()
    const policy = join(root, 'usr/sbin/policy-rc.d')
    const policies: boolean[] = []
    const run: Machine['run'] = (program, args) => {
      ran.push(`${program} ${args.slice(2).join(' ')}`)
      policies.push(existsSync(policy))
      return { status: 0, stderr: '' }
    }
    await provideRedis(machine({}, { uid: 0, run }))
    expect(said[0]).toBe(INSTALLING)
    expect(ran).toEqual([
      'apt-get update -qq',
      'apt-get install -y -qq --no-install-recommends redis-server',
    ])
    expect(policies).toEqual([true, true])
    expect(existsSync(policy)).toBe(false)
  })

  test('tells why it could not, and leaves nothing behind', async () => {
    withApt()
    const run = () => ({ status: 100, stderr: 'no network' })
    const refused = provideRedis(machine({}, { uid: 0, run }))
    await expect(refused).rejects.toThrow('apt-get update -qq failed:\nno network')
    expect(existsSync(join(root, 'usr/sbin/policy-rc.d'))).toBe(false)
  })

  test.each<[string, Machine['env'], number, boolean]>([
    ['PLATAFORMA_TEST_APT=0 forbids it', { PLATAFORMA_TEST_APT: '0' }, 0, true],
    ['the user is not root', {}, 1000, true],
    ['the machine has no apt-get', {}, 0, false],
  ])('installs nothing where %s', async (_, env, uid, hasApt) => {
    if (hasApt) withApt()
    expect(await provideRedis(machine(env, { uid }))).toBeUndefined()
    expect(ran).toEqual([])
  })
})
