import { existsSync } from 'node:fs'
import { aptInstall, aptIsAllowed } from '../machine/apt-install.js'
import { LocalCluster } from './local-cluster.js'
import { postgresBinaries } from './postgres-binaries.js'
import type { PostgresOptions } from './postgres-server.js'

/** Runs a cluster of its own with an installation of the machine, installed by apt if allowed. */
export async function startInstalledPostgres(
  version: number,
  options: PostgresOptions,
): Promise<LocalCluster> {
  let folder = installation(version)
  if (!folder && aptIsAllowed()) {
    aptInstall([`postgresql-${version}`])
    folder = installation(version)
  }
  if (!folder) {
    throw new Error(`PostgreSQL ${version} is not installed. Install it, or run as root on Debian.`)
  }
  return LocalCluster.start(`installed (${folder})`, postgresBinaries(folder), options)
}

function installation(version: number): string | undefined {
  return [
    `/usr/lib/postgresql/${version}/bin`,
    `/usr/pgsql-${version}/bin`,
    `/opt/homebrew/opt/postgresql@${version}/bin`,
    `/usr/local/opt/postgresql@${version}/bin`,
  ].find((folder) => existsSync(`${folder}/postgres`) && existsSync(`${folder}/initdb`))
}
