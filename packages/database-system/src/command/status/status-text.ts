import type { ComponentHealth } from '@plataforma/core'
import { type Output, textTable } from '@plataforma/migrations/command'
import type { ModuleDescription } from './read-modules.js'
import type { StatusReport } from './status-report.js'

const STATUS_STYLES = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
  disabled: 'dim',
} as const

const HEADINGS = ['Module', 'Tables', 'Rows (estimate)', 'Size', 'Row-level security']
const NUMBERS = new Intl.NumberFormat('en-US')

/** The report for a person. */
export function statusText(report: StatusReport, output: Output): string {
  const { server, health } = report
  const facts = [
    ['Database', `${server.database} on ${report.address}, as ${server.user}`],
    ['Server', `PostgreSQL ${server.version}${server.encrypted ? ', encrypted' : ''}`],
    ['Configuration', `${report.configuration} (${report.mode})`],
    ['Health', output.style(STATUS_STYLES[health.overall], health.overall)],
    ...components(health).map(([name, component]) => [
      `  ${name}`,
      componentText(component, output),
    ]),
    ['Connections', connectionsText(report)],
    ['Logins', loginsText(report)],
    ['Modules', report.prepared ? String(report.modules.length) : 'none: never initialized'],
  ]
  const lines = facts.map(
    ([name = '', value]) => `${output.style('bold', name.padEnd(14))} ${value}`,
  )
  return [...lines, ...(report.modules.length > 0 ? ['', modulesText(report.modules)] : [])].join(
    '\n',
  )
}

/** The database first. */
function components({ components: { database, ...others } }: StatusReport['health']) {
  return Object.entries({ database, ...others })
}

function componentText({ status, latencyMs, message }: ComponentHealth, output: Output): string {
  const latency = latencyMs === undefined ? '' : ` (${latencyMs} ms)`
  return `${output.style(STATUS_STYLES[status], status)}${latency}${message ? `: ${message}` : ''}`
}

function loginsText({ logins, modules }: StatusReport): string {
  const { grade, modulesWithOwnLogin } = logins
  return grade === 'shared'
    ? 'shared: one login for all modules'
    : `dedicated: ${modulesWithOwnLogin} of ${modules.length} modules have a login of their own`
}

const LOGINS_SHOWN = 5

function connectionsText({ connections: { max, reserved, open, logins } }: StatusReport): string {
  const most = logins.slice(0, LOGINS_SHOWN).map((each) => `${each.login} ${each.open}`)
  const more = logins.length > LOGINS_SHOWN ? ', …' : ''
  return `${open} open of ${max - reserved} (${most.join(', ')}${more})`
}

function modulesText(modules: readonly ModuleDescription[]): string {
  const rows = modules.map(({ name, tables }) => [
    name,
    NUMBERS.format(tables.length),
    NUMBERS.format(sum(tables.map((table) => table.rows))),
    sizeText(sum(tables.map((table) => table.bytes))),
    `${tables.filter((table) => table.rowLevelSecurity).length} of ${tables.length}`,
  ])
  return textTable([HEADINGS, ...rows], { right: [1, 2, 3] })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  const value = bytes / 1024 ** step
  return `${value.toFixed(step === 0 || value >= 100 ? 0 : 1)} ${units[step]}`
}
