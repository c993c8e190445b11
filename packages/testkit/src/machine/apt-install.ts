import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'

/** Whether packages may be installed here: root on Debian or Ubuntu, unless `PLATAFORMA_TEST_APT=0`. */
export function aptIsAllowed(): boolean {
  return (
    process.getuid?.() === 0 &&
    process.env.PLATAFORMA_TEST_APT !== '0' &&
    existsSync('/usr/bin/apt-get')
  )
}

/** Installs Debian packages, says so in one line, and starts none of their services. */
export function aptInstall(...packages: readonly string[]): void {
  console.log(
    `testkit: installing ${packages.join(', ')} with apt-get (PLATAFORMA_TEST_APT=0 forbids it)`,
  )
  const policy = '/usr/sbin/policy-rc.d'
  const cluster = '/etc/postgresql-common/createcluster.d'
  const hasPolicy = existsSync(policy)
  if (!hasPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  mkdirSync(cluster, { recursive: true })
  writeFileSync(`${cluster}/plataforma-testkit.conf`, 'create_main_cluster = false\n')
  try {
    run('update', '-qq')
    run('install', '-y', '-qq', '--no-install-recommends', ...packages)
  } finally {
    if (!hasPolicy) rmSync(policy, { force: true })
    rmSync(`${cluster}/plataforma-testkit.conf`, { force: true })
  }
}

function run(...args: readonly string[]): void {
  const result = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${result.stderr}`)
}
