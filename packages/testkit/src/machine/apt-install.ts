import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Machine, thisMachine } from './machine.js'

/** Whether packages may be installed here: root on Debian or Ubuntu, unless `PLATAFORMA_TEST_APT=0`. */
export function aptIsAllowed({ uid, env, root }: Machine = thisMachine): boolean {
  const isForbidden = env.PLATAFORMA_TEST_APT === '0'
  return uid === 0 && !isForbidden && existsSync(join(root, 'usr/bin/apt-get'))
}

/** Installs Debian packages, says so in one line, and starts none of their services. */
export function aptInstall(packages: readonly string[], machine: Machine = thisMachine): void {
  machine.say(
    `testkit: installing ${packages.join(', ')} with apt-get (PLATAFORMA_TEST_APT=0 forbids it)`,
  )
  const policy = join(machine.root, 'usr/sbin/policy-rc.d')
  const cluster = join(machine.root, 'etc/postgresql-common/createcluster.d')
  const hasPolicy = existsSync(policy)
  if (!hasPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  mkdirSync(cluster, { recursive: true })
  writeFileSync(`${cluster}/plataforma-testkit.conf`, 'create_main_cluster = false\n')
  try {
    run(machine, 'update', '-qq')
    run(machine, 'install', '-y', '-qq', '--no-install-recommends', ...packages)
  } finally {
    if (!hasPolicy) rmSync(policy, { force: true })
    rmSync(`${cluster}/plataforma-testkit.conf`, { force: true })
  }
}

function run(machine: Machine, ...args: readonly string[]): void {
  const result = machine.run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args])
  if (result.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${result.stderr}`)
}
