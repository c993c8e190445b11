import pg from 'pg'
import { unknownKeys } from '../../config/check-config.js'
import type { SystemConfig } from '../../config/system-config.js'
import type { ServerDescription } from '../connection/read-server.js'
import type { Finding } from './finding.js'

const LOOPBACK = /^(localhost|127\..*|::1|\/.*)$/

/** Where the configuration is misspelt or asks for less than production needs. */
export function configurationFindings(
  config: SystemConfig,
  server: ServerDescription,
): readonly Finding[] {
  const misspelt = unknownKeys(config).map((key): Finding => {
    const message = `The configuration's key "${key}" is not known and has no effect.`
    return {
      id: 'configuration-key',
      grade: 'warning',
      message,
      remedy: 'Correct or remove it.',
    }
  })
  return [...misspelt, ...modeFindings(config, server)]
}

function modeFindings(config: SystemConfig, server: ServerDescription): readonly Finding[] {
  if (config.mode === 'development') {
    const message = config.secret
      ? 'Development mode.'
      : 'Development mode: the secret is the documented one, so logins and contexts can be forged.'
    const remedy = "Set mode: 'production' and a secret where real data is."
    return [{ id: 'mode', grade: 'info', message, remedy }]
  }
  const findings: Finding[] = []
  const { host } = new pg.Client({ connectionString: config.connectionString })
  if (!server.encrypted && !LOOPBACK.test(host)) {
    const message = `Connections to ${host} are not encrypted.`
    findings.push({ id: 'encryption', grade: 'warning', message, remedy: 'Set ssl: true.' })
  }
  if (config.tenantContext === 'optional') {
    const message = 'Calls without a tenant act as the system and see every tenant.'
    const remedy = "Set tenantContext: 'required'."
    findings.push({ id: 'tenant-context', grade: 'warning', message, remedy })
  }
  if (findings.length > 0) return findings
  return [{ id: 'mode', grade: 'ok', message: 'Production mode.' }]
}
