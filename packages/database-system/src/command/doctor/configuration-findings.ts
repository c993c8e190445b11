import type { Finding } from '@plataforma/core'
import pg from 'pg'
import { unknownKeys } from '../../config/check-config.js'
import type { SystemConfig } from '../../config/system-config.js'
import type { ServerDescription } from '../connection/read-server.js'

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
    const message = 'Development mode, which is made for the machine of a developer.'
    const remedy = "Set mode: 'production' where real data is."
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
