import type { Finding } from '@plataforma/core'
import { EXIT_CODES } from '@plataforma/migrations/command'
import type { SystemConfig } from '../../config/system-config.js'
import { createPlatformaDatabaseSystem } from '../../system/create-platforma-database-system.js'
import type { SystemCommand } from '../command-context.js'
import type { LoadedConfig } from '../configuration/load-config.js'
import { asAdministrator } from '../connection/administrator-connection.js'
import { describeAddress } from '../connection/describe-address.js'
import { readServer } from '../connection/read-server.js'
import { configurationFindings } from './configuration-findings.js'
import { doctorText } from './doctor-text.js'
import { hardeningScript } from './hardening-script.js'
import { installationFindings } from './installation-findings.js'
import { privilegeFindings } from './privilege-findings.js'
import { redisFindings } from './redis-findings.js'
import { versionFindings } from './version-findings.js'

/** What `plataforma doctor` tells; with `--json` exactly this. */
export interface DoctorReport {
  /** A file's path, or `DATABASE_URL`. */
  readonly configuration: string
  readonly findings: readonly Finding[]
  readonly counts: Readonly<Record<Finding['grade'], number>>
}

/** `plataforma doctor`. */
export const doctor: SystemCommand = {
  name: 'doctor',
  summary: 'what is wrong or weak, and its remedy',
  description:
    'Looks for what is wrong or weaker than the configuration asks for, and tells the remedy of ' +
    'each finding. Changes nothing. Ends with 1 where there is an error.',
  options: [
    {
      flags: '--hardening',
      description: 'print only the SQL that hardens the database further, as a script',
    },
  ],
  async run({ output, given }, { config }) {
    const report = await examine(await config(given.config))
    const text = given.hardening === true ? hardeningScript : doctorText
    output.report(report, () => text(report, output))
    return report.counts.error > 0 ? EXIT_CODES.failed : EXIT_CODES.done
  },
}

async function examine({ source, config }: LoadedConfig): Promise<DoctorReport> {
  // It refuses what cannot be used, and connects to nothing.
  await createPlatformaDatabaseSystem<unknown, SystemConfig>(config).close()
  const findings = await asAdministrator(config, async (db): Promise<Finding[]> => {
    const server = await readServer(db)
    const address = describeAddress(config.connectionString)
    const message = `Connected to ${server.database} on ${address}, as ${server.user}.`
    const privileges = await privilegeFindings(db)
    const mayLook = privileges.every(({ grade }) => grade !== 'error')
    return [
      { id: 'connection', grade: 'ok', message },
      ...versionFindings(server),
      ...configurationFindings(config, server),
      ...privileges,
      ...(mayLook ? await installationFindings(db, config) : []),
      ...(await redisFindings(config)),
    ]
  })
  const count = (grade: Finding['grade']) => findings.filter((one) => one.grade === grade).length
  return {
    configuration: source,
    findings,
    counts: {
      ok: count('ok'),
      info: count('info'),
      warning: count('warning'),
      error: count('error'),
    },
  }
}
